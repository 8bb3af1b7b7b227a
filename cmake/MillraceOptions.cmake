# The language, the warnings and the instruments every target is compiled with.
#
#   MILLRACE_WERROR     a warning is an error (the presets say ON; a packager may not want it)
#   MILLRACE_SANITIZE   what goes to -fsanitize=: "address,undefined", "thread" or nothing
#   MILLRACE_FUZZ       build libFuzzer binaries (needs clang) instead of the replay programs, and no other test
#   MILLRACE_COVERAGE   count lines and branches
#   MILLRACE_CACHE      where cmake/deps.sh puts what the distribution lacks

option(MILLRACE_WERROR "Treat warnings as errors" OFF)
option(MILLRACE_FUZZ "Build libFuzzer binaries" OFF)
option(MILLRACE_COVERAGE "Instrument for coverage" OFF)
set(MILLRACE_SANITIZE "" CACHE STRING "Sanitizers, as for -fsanitize=")

if(DEFINED ENV{MILLRACE_CACHE})
  set(cache_default "$ENV{MILLRACE_CACHE}")
elseif(DEFINED ENV{XDG_CACHE_HOME})
  set(cache_default "$ENV{XDG_CACHE_HOME}/millrace")
else()
  set(cache_default "$ENV{HOME}/.cache/millrace")
endif()
set(MILLRACE_CACHE "${cache_default}" CACHE PATH "Where cmake/deps.sh puts what the distribution lacks")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set_property(GLOBAL PROPERTY USE_FOLDERS ON)

# `-g1` keeps line numbers in backtraces at a fifth of -g's size.  NDEBUG stays off: an assertion is part of the product.
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1")
# -O1 for what is tested: under the sanitizers -O0 triples the run time of the tests and finds nothing more.
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1 -fno-omit-frame-pointer")
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()

# One compiler cache for every clone and preset.  NOHASHDIR and BASEDIR: a clone in another folder still hits.
find_program(CCACHE_PROGRAM ccache)
mark_as_advanced(CCACHE_PROGRAM)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(ccache_dir "$ENV{CCACHE_DIR}")
  if(NOT ccache_dir)
    set(ccache_dir "${MILLRACE_CACHE}/ccache")
  endif()
  set(CMAKE_CXX_COMPILER_LAUNCHER
      env "CCACHE_DIR=${ccache_dir}" "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}" CCACHE_NOHASHDIR=1
      "${CCACHE_PROGRAM}")
endif()

add_library(millrace_options INTERFACE)
add_library(millrace::options ALIAS millrace_options)
target_include_directories(millrace_options INTERFACE "${PROJECT_SOURCE_DIR}/include")
target_compile_features(millrace_options INTERFACE cxx_std_20)
target_compile_definitions(millrace_options INTERFACE "MILLRACE_VERSION=\"${PROJECT_VERSION}\"")
# Paths in messages and debug information are relative to the repository, wherever it was cloned.  ../../: what ccache makes of
# an absolute path in build/<preset>.
target_compile_options(millrace_options INTERFACE "-ffile-prefix-map=${PROJECT_SOURCE_DIR}/=" "-ffile-prefix-map=../../=")

target_compile_options(
  millrace_options
  INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-qual -Wformat=2
            -Wextra-semi -Wundef -Wimplicit-fallthrough)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # -Wno-restrict: g++ 12 sees an overlap in every `"x" + std::string` (GCC bug 105651).
  target_compile_options(millrace_options INTERFACE -Wduplicated-cond -Wlogical-op -Wno-restrict)
else()
  target_compile_options(millrace_options INTERFACE -Wno-unknown-warning-option)
endif()
if(MILLRACE_WERROR)
  target_compile_options(millrace_options INTERFACE -Werror)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Warnings that g++ 12's optimizer guesses, with known false alarms in the standard library; more under sanitizers.
    target_compile_options(
      millrace_options INTERFACE -Wno-error=maybe-uninitialized -Wno-error=stringop-overflow
                                 -Wno-error=stringop-overread -Wno-error=array-bounds -Wno-error=free-nonheap-object)
  endif()
endif()

if(MILLRACE_SANITIZE)
  set(sanitize "-fsanitize=${MILLRACE_SANITIZE}" -fno-sanitize-recover=all -fno-omit-frame-pointer)
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    # Clang's check sees RapidJSON add 0 to a null pointer; a library's headers are not ours to fix.
    list(APPEND sanitize "-fsanitize-ignorelist=${PROJECT_SOURCE_DIR}/cmake/sanitize-ignore.txt")
  endif()
  target_compile_options(millrace_options INTERFACE ${sanitize})
  target_link_options(millrace_options INTERFACE ${sanitize})
endif()
if(MILLRACE_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "libFuzzer comes with clang: use the preset fuzz, or -DCMAKE_CXX_COMPILER=clang++")
  endif()
  target_compile_options(millrace_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(MILLRACE_COVERAGE)
  target_compile_options(millrace_options INTERFACE --coverage -fprofile-abs-path)
  target_link_options(millrace_options INTERFACE --coverage)
endif()
