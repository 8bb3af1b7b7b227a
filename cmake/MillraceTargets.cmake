# What a folder's CMakeLists.txt is written with.
#
#   millrace_module(NAME row SRCS a.cc b.cc [DEPS binlog schema] [LIBS millrace::zstd] [PUBLIC_LIBS yaml-cpp])
#       The static library millrace_row (alias millrace::row).  Public headers: include/millrace/row.  DEPS are modules, and the
#       only ones whose headers this module may include.  LIBS are outside libraries that its .cc files use; PUBLIC_LIBS
#       are those that its public headers show.  spdlog and fmt come with every module.  Without SRCS: headers only.
#   millrace_test(NAME gtid_set_test LABEL unit... SRCS a_test.cc [DEPS gtid] [LIBS ...] [TIMEOUT s] [NO_MAIN] [SERIAL])
#       A GoogleTest program and one ctest of the same name.  It runs in the repository's root, with MILLRACE_BINARY
#       (build/<preset>/millrace), MILLRACE_CACHE and MILLRACE_SOURCE_DIR in its environment.  A label may be several words:
#       "unit tsan-safe".  NO_MAIN: the program brings its own main.  SERIAL: nothing else runs beside it.
#   millrace_test_library(NAME support SRCS ... [DEPS ...] [LIBS ...])
#       What several tests share: millrace_support, used as `DEPS support`; its headers are included as "support/x.h".
#   millrace_fuzz(NAME binlog_fuzz SRCS binlog_fuzz.cc [DEPS binlog] [CORPUS corpus/binlog])
#       SRCS define LLVMFuzzerTestOneInput.  Preset fuzz: a libFuzzer binary in build/fuzz/fuzz/.  Elsewhere: a ctest (label
#       fuzz) that runs it over every file below CORPUS, a folder beside the CMakeLists.txt.
#   millrace_bench(NAME row_bench SRCS ... [DEPS ...] [LIBS ...])
#       A Google Benchmark program, build/<preset>/bench/row_bench.  Not a ctest: a figure under ctest says nothing.
#   millrace_program(NAME x SRCS ... [DEPS ...] [LIBS ...])
#       Any other executable, at build/<preset>/x.
#
# A file or module that is named but not there is an error in CI and a warning elsewhere: a half-written module doesn't keep
# everybody else from configuring.

function(millrace_missing what)
  if(NOT "$ENV{CI}" STREQUAL "")
    message(SEND_ERROR "${what}")
  else()
    message(WARNING "${what}")
  endif()
endfunction()

# Keeps the sources that exist, as absolute paths.
function(millrace_sources out)
  set(found)
  foreach(file IN LISTS ARGN)
    cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" OUTPUT_VARIABLE path)
    if(EXISTS "${path}")
      list(APPEND found "${path}")
    else()
      millrace_missing("${path} is named in CMakeLists.txt but is not there")
      set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}")
    endif()
  endforeach()
  set(${out} "${found}" PARENT_SCOPE)
endfunction()

# Module names to targets.
function(millrace_deps out user)
  set(targets)
  foreach(dep IN LISTS ARGN)
    if(TARGET millrace_${dep})
      list(APPEND targets millrace_${dep})
    else()
      millrace_missing("${user} needs the module ${dep}, which is not there or comes later in the flow")
    endif()
  endforeach()
  set(${out} "${targets}" PARENT_SCOPE)
endfunction()

function(millrace_module)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME" "SRCS;DEPS;LIBS;PUBLIC_LIBS")
  millrace_deps(deps "module ${arg_NAME}" ${arg_DEPS})
  millrace_sources(sources ${arg_SRCS})
  set(target millrace_${arg_NAME})
  if(sources)
    add_library(${target} STATIC ${sources})
    # src/: a module's own headers are included as "row/x.h".
    target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/src")
    target_link_libraries(${target} PUBLIC millrace_options spdlog::spdlog ${deps} ${arg_PUBLIC_LIBS}
                                    PRIVATE ${arg_LIBS})
  else()
    add_library(${target} INTERFACE)
    target_link_libraries(${target} INTERFACE millrace_options spdlog::spdlog ${deps} ${arg_PUBLIC_LIBS} ${arg_LIBS})
  endif()
  add_library(millrace::${arg_NAME} ALIAS ${target})
endfunction()

function(millrace_program)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME" "SRCS;DEPS;LIBS")
  millrace_deps(deps "program ${arg_NAME}" ${arg_DEPS})
  millrace_sources(sources ${arg_SRCS})
  if(NOT sources)
    return()
  endif()
  add_executable(${arg_NAME} ${sources})
  set_target_properties(${arg_NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}")
  target_include_directories(${arg_NAME} PRIVATE "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/tests")
  target_link_libraries(${arg_NAME} PRIVATE millrace_options spdlog::spdlog ${deps} ${arg_LIBS})
endfunction()

# What builds all tests of a label: `cmake --build --preset dev --target label-unit`.
function(millrace_label_targets name)
  foreach(label IN LISTS ARGN)
    if(NOT TARGET label-${label})
      add_custom_target(label-${label})
    endif()
    if(name)
      add_dependencies(label-${label} ${name})
    endif()
  endforeach()
endfunction()
millrace_label_targets("" unit golden property fuzz integration conformance crash pipeline tsan-safe counts)

# How long a test of a label may run, in seconds, before ctest ends it.
set(MILLRACE_TIMEOUTS unit 60 counts 120 golden 120 property 300 fuzz 120 integration 600 crash 1800 bench 3600)

# The environment and properties that all tests share.
function(millrace_test_properties name timeout labels)
  set(limit ${timeout})
  if(NOT limit)
    set(limit 120)
    foreach(label IN LISTS labels)
      list(FIND MILLRACE_TIMEOUTS "${label}" at)
      if(at GREATER_EQUAL 0)
        math(EXPR at "${at} + 1")
        list(GET MILLRACE_TIMEOUTS ${at} limit)
        break()
      endif()
    endforeach()
  endif()
  if(MILLRACE_SANITIZE)
    math(EXPR limit "${limit} * 4")
  endif()
  set(environment
      "MILLRACE_SOURCE_DIR=${PROJECT_SOURCE_DIR}" "MILLRACE_BINARY=${PROJECT_BINARY_DIR}/millrace"
      "MILLRACE_CACHE=${MILLRACE_CACHE}")
  if(MILLRACE_SANITIZE MATCHES "address")
    list(APPEND environment "ASAN_OPTIONS=strict_string_checks=1:detect_stack_use_after_return=1:check_initialization_order=1"
         "UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1")
  elseif(MILLRACE_SANITIZE MATCHES "thread")
    list(APPEND environment
         "TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1:suppressions=${PROJECT_SOURCE_DIR}/cmake/tsan.supp")
  endif()
  set_tests_properties(
    ${name} PROPERTIES LABELS "${labels}" TIMEOUT ${limit} WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
                       ENVIRONMENT "${environment}")
endfunction()

function(millrace_test)
  cmake_parse_arguments(PARSE_ARGV 0 arg "NO_MAIN;SERIAL" "NAME;TIMEOUT" "LABEL;SRCS;DEPS;LIBS")
  if(MILLRACE_FUZZ)
    return()
  endif()
  string(REPLACE " " ";" labels "${arg_LABEL}")
  millrace_deps(deps "test ${arg_NAME}" ${arg_DEPS})
  millrace_sources(sources ${arg_SRCS})
  if(NOT sources)
    return()
  endif()
  add_executable(${arg_NAME} ${sources})
  set_target_properties(${arg_NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
  target_include_directories(${arg_NAME} PRIVATE "${PROJECT_SOURCE_DIR}/tests" "${PROJECT_SOURCE_DIR}/src")
  target_link_libraries(${arg_NAME} PRIVATE millrace_options spdlog::spdlog ${deps} ${arg_LIBS} GTest::gtest GTest::gmock)
  if(labels MATCHES "unit|golden|integration|conformance|crash")
    # These do little themselves: compiled in two thirds of the time, run in the same.
    target_compile_options(${arg_NAME} PRIVATE -O0)
  endif()
  if(NOT arg_NO_MAIN)
    target_link_libraries(${arg_NAME} PRIVATE GTest::gtest_main)
  endif()
  add_test(NAME ${arg_NAME} COMMAND ${arg_NAME})
  millrace_test_properties(${arg_NAME} "${arg_TIMEOUT}" "${labels}")
  millrace_label_targets(${arg_NAME} ${labels})
  if(TARGET millrace AND labels MATCHES "integration|conformance|crash")
    add_dependencies(${arg_NAME} millrace)  # they start it
  endif()
  if(arg_SERIAL)
    set_tests_properties(${arg_NAME} PROPERTIES RUN_SERIAL ON)
  endif()
endfunction()

function(millrace_test_library)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME" "SRCS;DEPS;LIBS")
  millrace_deps(deps "test library ${arg_NAME}" ${arg_DEPS})
  millrace_sources(sources ${arg_SRCS})
  set(scope PUBLIC)
  if(sources)
    add_library(millrace_${arg_NAME} STATIC ${sources})
    target_include_directories(millrace_${arg_NAME} PRIVATE "${PROJECT_SOURCE_DIR}/src")
  else()
    add_library(millrace_${arg_NAME} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(millrace_${arg_NAME} ${scope} "${PROJECT_SOURCE_DIR}/tests")
  target_link_libraries(millrace_${arg_NAME} ${scope} millrace_options spdlog::spdlog ${deps} ${arg_LIBS} GTest::gtest
                                             GTest::gmock)
endfunction()

function(millrace_fuzz)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;CORPUS" "SRCS;DEPS;LIBS")
  millrace_deps(deps "fuzz target ${arg_NAME}" ${arg_DEPS})
  millrace_sources(sources ${arg_SRCS})
  if(NOT sources)
    return()
  endif()
  set(corpus "${CMAKE_CURRENT_SOURCE_DIR}/${arg_CORPUS}")
  add_executable(${arg_NAME} ${sources})
  target_include_directories(${arg_NAME} PRIVATE "${PROJECT_SOURCE_DIR}/tests" "${PROJECT_SOURCE_DIR}/src")
  target_link_libraries(${arg_NAME} PRIVATE millrace_options spdlog::spdlog ${deps} ${arg_LIBS})
  set_target_properties(${arg_NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/fuzz")
  if(MILLRACE_FUZZ)
    target_link_options(${arg_NAME} PRIVATE -fsanitize=fuzzer)
    add_test(NAME ${arg_NAME} COMMAND ${arg_NAME} -runs=0 "${corpus}")
    # `make fuzz` reads these lines: program, corpus.
    file(APPEND "${PROJECT_BINARY_DIR}/fuzz-targets" "${PROJECT_BINARY_DIR}/fuzz/${arg_NAME} ${corpus}\n")
  else()
    target_sources(${arg_NAME} PRIVATE "${PROJECT_SOURCE_DIR}/cmake/replay_main.cc")
    add_test(NAME ${arg_NAME} COMMAND ${arg_NAME} "${corpus}")
  endif()
  millrace_test_properties(${arg_NAME} "" fuzz)
  millrace_label_targets(${arg_NAME} fuzz)
endfunction()

function(millrace_bench)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME" "SRCS;DEPS;LIBS")
  if(MILLRACE_FUZZ)
    return()
  endif()
  millrace_program(NAME ${arg_NAME} SRCS ${arg_SRCS} DEPS ${arg_DEPS} LIBS ${arg_LIBS} benchmark::benchmark
                   benchmark::benchmark_main)
  if(TARGET ${arg_NAME})
    set_target_properties(${arg_NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bench")
  endif()
endfunction()

file(REMOVE "${PROJECT_BINARY_DIR}/fuzz-targets")
