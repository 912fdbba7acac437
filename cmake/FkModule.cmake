# One module is one folder, one static library, one set of allowed neighbours.
#
#   fk_module(name SOURCES a.c b.c DEPS base port [THIRD_PARTY sqlite3mc] [GENERATED])
#
# A module compiles with its own include folders and those of what DEPS lists, and of nothing else:
# an include that is not in the design's arrows does not compile. THIRD_PARTY is private.
function(fk_module name)
    cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;THIRD_PARTY" ${ARGN})
    set(target fk_${name})
    add_library(${target} STATIC ${ARG_SOURCES})
    target_include_directories(${target} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}/include)
    target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/src)
    if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/gen)
        target_include_directories(${target} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}/gen)
    endif()
    foreach(dep IN LISTS ARG_DEPS)
        target_link_libraries(${target} PUBLIC fk_${dep})
    endforeach()
    foreach(dep IN LISTS ARG_THIRD_PARTY)
        target_link_libraries(${target} PRIVATE fk_third_party_${dep})
    endforeach()
    target_link_libraries(${target} PRIVATE fk_warnings)
endfunction()

# Our code compiles without a warning, everywhere; vendored code has flags of its own.
add_library(fk_warnings INTERFACE)
target_compile_options(fk_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes
    -Wvla -Wundef -Wswitch-enum -fno-common -Werror)
