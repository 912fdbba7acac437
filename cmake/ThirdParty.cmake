# Vendored sources from build/deps (build-scripts/deps.sh), compiled with their own flags.
# Targets: fk_third_party_sqlite3mc, fk_third_party_sodium, fk_third_party_cjson, fk_third_party_zlib.

set(FK_DEPS ${PROJECT_SOURCE_DIR}/build/deps)
if(NOT EXISTS ${FK_DEPS}/.complete)
    message(FATAL_ERROR "build/deps is missing. Run ./build-scripts/deps.sh first.")
endif()

# libsodium: Debian's library natively, its source for wasm.
if(EMSCRIPTEN)
    include(${CMAKE_CURRENT_LIST_DIR}/SodiumWasm.cmake)
else()
    find_package(PkgConfig REQUIRED)
    pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
    add_library(fk_third_party_sodium INTERFACE)
    target_link_libraries(fk_third_party_sodium INTERFACE PkgConfig::SODIUM)
endif()

# SQLite with SQLite3 Multiple Ciphers, chacha20 only (docs/adr/0003). No operating system layer:
# the VFS is core/store's. __WASM__ makes its random source getentropy(), which is ours too. SECURE_MEMORY: what is
# released is overwritten, once core/store says so (memory_security). Its ciphers'
# arithmetic is libsodium's (docs/adr/0020).
add_library(fk_third_party_sqlite3mc STATIC ${FK_DEPS}/sqlite3mc/sqlite3.c
    ${CMAKE_CURRENT_LIST_DIR}/sqlite3mc_sodium/cipher.c)
target_include_directories(fk_third_party_sqlite3mc SYSTEM PUBLIC ${FK_DEPS}/sqlite3mc)
# Optimised in debug builds too: the tests spend their time in its cipher.
target_compile_options(fk_third_party_sqlite3mc PRIVATE -w -fno-sanitize=all
    $<$<AND:$<CONFIG:Debug>,$<C_COMPILER_ID:Clang>>:-O1;-fno-profile-instr-generate;-fno-coverage-mapping>)
target_link_libraries(fk_third_party_sqlite3mc PUBLIC m PRIVATE fk_third_party_sodium)
target_compile_definitions(fk_third_party_sqlite3mc PRIVATE
    SQLITE_OS_OTHER=1 SQLITE_THREADSAFE=0 SQLITE_TEMP_STORE=3
    SQLITE_ENABLE_BATCH_ATOMIC_WRITE SQLITE_ENABLE_FTS5
    SQLITE_OMIT_LOAD_EXTENSION SQLITE_OMIT_WAL SQLITE_OMIT_LOCALTIME SQLITE_OMIT_DEPRECATED
    SQLITE_DQS=0 SQLITE_USE_URI=0 __WASM__ CODEC_TYPE=CODEC_TYPE_CHACHA20
    HAVE_CIPHER_AES_128_CBC=0 HAVE_CIPHER_AES_256_CBC=0 HAVE_CIPHER_SQLCIPHER=0
    HAVE_CIPHER_RC4=0 HAVE_CIPHER_ASCON128=0 HAVE_CIPHER_AEGIS=0
    SQLITE3MC_SECURE_MEMORY=1 chacha20_xor=fk_sqlite3mc_chacha20_xor poly1305=fk_sqlite3mc_poly1305)

# cJSON, included by core/codec only.
add_library(fk_third_party_cjson STATIC ${FK_DEPS}/cjson/cJSON.c)
target_include_directories(fk_third_party_cjson SYSTEM PUBLIC ${FK_DEPS}/cjson)
target_compile_options(fk_third_party_cjson PRIVATE -w -fno-sanitize=all)
target_compile_definitions(fk_third_party_cjson PUBLIC CJSON_NESTING_LIMIT=256)

# zlib, deflating the bodies of segments, included by core/wire only. Built here for every platform, so
# that the same bytes come out. No gzip, no files. The prefix keeps its names apart from the system's
# zlib, which libcurl brings into the same program.
add_library(fk_third_party_zlib STATIC ${FK_DEPS}/zlib/adler32.c ${FK_DEPS}/zlib/deflate.c ${FK_DEPS}/zlib/inffast.c
    ${FK_DEPS}/zlib/inflate.c ${FK_DEPS}/zlib/inftrees.c ${FK_DEPS}/zlib/trees.c ${FK_DEPS}/zlib/zutil.c)
target_include_directories(fk_third_party_zlib SYSTEM PUBLIC ${FK_DEPS}/zlib)
target_compile_options(fk_third_party_zlib PRIVATE -w -fno-sanitize=all
    $<$<AND:$<CONFIG:Debug>,$<C_COMPILER_ID:Clang>>:-O1;-fno-profile-instr-generate;-fno-coverage-mapping>)
target_compile_definitions(fk_third_party_zlib PUBLIC Z_PREFIX PRIVATE NO_GZIP)
