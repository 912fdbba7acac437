# known_answers: libsodium's own tests of what we use, compiled as they are (tests/support/known_answers.h).
set(FK_KNOWN_ANSWERS_FOLDER ${FK_DEPS}/libsodium/test/default)
add_library(known_answers STATIC ${PROJECT_SOURCE_DIR}/tests/support/known_answers.c)
target_include_directories(known_answers PUBLIC ${PROJECT_SOURCE_DIR}/tests/support)
target_link_libraries(known_answers PUBLIC fk_third_party_sodium)
foreach(name aead_xchacha20poly1305 box_seal generichash generichash2 generichash3 pwhash_argon2id secretstream)
    set(source ${FK_KNOWN_ANSWERS_FOLDER}/${name}.c)
    add_library(known_answers_${name} OBJECT ${source})
    target_compile_definitions(known_answers_${name} PRIVATE __CMPTEST_H__
        FK_KNOWN_ANSWERS_MAIN=known_answers_${name})
    target_compile_options(known_answers_${name} PRIVATE -w $<$<NOT:$<BOOL:${EMSCRIPTEN}>>:-fno-sanitize=nonnull-attribute>
        -include ${PROJECT_SOURCE_DIR}/tests/support/known_answers.h)
    target_link_libraries(known_answers_${name} PRIVATE fk_third_party_sodium)
    target_sources(known_answers PRIVATE $<TARGET_OBJECTS:known_answers_${name}>)
endforeach()
