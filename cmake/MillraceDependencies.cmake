# Finds what Millrace stands on, each as one target.  What is missing is named with the command that brings it.
#
#   millrace::mysqlclient  millrace::rdkafka  millrace::rapidjson  millrace::pcre2  millrace::httplib  millrace::zstd
#   millrace::deflate  millrace::jemalloc
#   spdlog::spdlog  fmt::fmt  yaml-cpp  CLI11::CLI11  prometheus-cpp::core  SQLite::SQLite3  ZLIB::ZLIB  OpenSSL::Crypto
#   ICU::uc  ICU::i18n  GTest::gtest  GTest::gtest_main  GTest::gmock  benchmark::benchmark

set(MILLRACE_PREFIX "${MILLRACE_CACHE}/prefix")
set(hint "run cmake/deps.sh (or `make build`), which installs or builds it")

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(ZLIB REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(ICU REQUIRED COMPONENTS uc i18n)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(CLI11 REQUIRED)
find_package(prometheus-cpp REQUIRED)
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)

# A library file, static or shared, with what it needs: as a target of its own, so that a static one comes before its needs.
function(millrace_library name include file)
  if(file MATCHES "[.]a$")
    add_library(${name} STATIC IMPORTED GLOBAL)
  else()
    add_library(${name} UNKNOWN IMPORTED GLOBAL)
  endif()
  set_target_properties(${name} PROPERTIES IMPORTED_LOCATION "${file}")
  target_include_directories(${name} SYSTEM INTERFACE "${include}")
  target_link_libraries(${name} INTERFACE ${ARGN})
endfunction()

# What has no CMake package of its own in Debian 12.
pkg_check_modules(pcre2 REQUIRED IMPORTED_TARGET GLOBAL libpcre2-8)
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET GLOBAL libzstd)
pkg_check_modules(lz4 REQUIRED IMPORTED_TARGET GLOBAL liblz4)
pkg_check_modules(jemalloc REQUIRED IMPORTED_TARGET GLOBAL jemalloc)
pkg_check_modules(deflate REQUIRED IMPORTED_TARGET GLOBAL libdeflate)
pkg_check_modules(httplib REQUIRED IMPORTED_TARGET GLOBAL cpp-httplib)
add_library(millrace::pcre2 ALIAS PkgConfig::pcre2)
add_library(millrace::zstd ALIAS PkgConfig::zstd)
add_library(millrace::jemalloc ALIAS PkgConfig::jemalloc)
add_library(millrace::deflate ALIAS PkgConfig::deflate)
add_library(millrace::httplib ALIAS PkgConfig::httplib)
target_compile_definitions(PkgConfig::pcre2 INTERFACE PCRE2_CODE_UNIT_WIDTH=8)

find_path(RAPIDJSON_INCLUDE rapidjson/writer.h)
if(NOT RAPIDJSON_INCLUDE)
  message(FATAL_ERROR "RapidJSON is missing: ${hint}")
endif()
add_library(millrace::rapidjson INTERFACE IMPORTED GLOBAL)
target_include_directories(millrace::rapidjson SYSTEM INTERFACE "${RAPIDJSON_INCLUDE}")
target_compile_definitions(millrace::rapidjson INTERFACE RAPIDJSON_HAS_STDSTRING=1)

# libmysqlclient: Oracle's, 8.0 or later.  The cache's static one is preferred: it can be shipped inside the binary.
find_path(MYSQLCLIENT_INCLUDE mysql.h HINTS "${MILLRACE_PREFIX}/include/mysql" PATH_SUFFIXES mysql mariadb)
find_library(MYSQLCLIENT_LIBRARY NAMES libmysqlclient.a mysqlclient HINTS "${MILLRACE_PREFIX}/lib")
set(mysqlclient_fault)
set(mysql_version 0)
if(EXISTS "${MYSQLCLIENT_INCLUDE}/mysql_version.h")
  file(STRINGS "${MYSQLCLIENT_INCLUDE}/mysql_version.h" line REGEX "define MYSQL_VERSION_ID[ \t]+[0-9]+")
  string(REGEX MATCH "[0-9]+$" mysql_version "${line}")
endif()
if(NOT MYSQLCLIENT_INCLUDE)
  set(mysqlclient_fault "Oracle's libmysqlclient (8.0 or later) is missing")
elseif(EXISTS "${MYSQLCLIENT_INCLUDE}/mariadb_version.h")
  set(mysqlclient_fault "${MYSQLCLIENT_INCLUDE} is MariaDB's client library, which can't dump a binlog by GTID")
elseif(mysql_version LESS 80000)
  set(mysqlclient_fault "${MYSQLCLIENT_INCLUDE} is libmysqlclient ${mysql_version}; 8.0 or later is needed")
elseif(NOT MYSQLCLIENT_LIBRARY)
  set(mysqlclient_fault "${MYSQLCLIENT_INCLUDE} has headers, but there is no libmysqlclient beside them")
endif()
if(mysqlclient_fault)
  unset(MYSQLCLIENT_INCLUDE CACHE)  # so that the next configure looks again
  unset(MYSQLCLIENT_LIBRARY CACHE)
  message(FATAL_ERROR "${mysqlclient_fault}: run cmake/deps.sh, which builds Oracle's libmysqlclient into "
                      "${MILLRACE_PREFIX}, then configure again")
endif()
millrace_library(millrace::mysqlclient "${MYSQLCLIENT_INCLUDE}" "${MYSQLCLIENT_LIBRARY}" OpenSSL::SSL
                 OpenSSL::Crypto ZLIB::ZLIB millrace::zstd Threads::Threads ${CMAKE_DL_LIBS} resolv m)

# librdkafka: the cache's 2.12, else the distribution's from 2.0.2 on.
find_path(RDKAFKA_INCLUDE librdkafka/rdkafka.h HINTS "${MILLRACE_PREFIX}/include")
find_library(RDKAFKA_LIBRARY NAMES librdkafka.a rdkafka HINTS "${MILLRACE_PREFIX}/lib")
if(NOT RDKAFKA_INCLUDE OR NOT RDKAFKA_LIBRARY)
  unset(RDKAFKA_INCLUDE CACHE)
  unset(RDKAFKA_LIBRARY CACHE)
  message(FATAL_ERROR "librdkafka (2.0.2 or later) is missing: ${hint}")
endif()
file(STRINGS "${RDKAFKA_INCLUDE}/librdkafka/rdkafka.h" line REGEX "define RD_KAFKA_VERSION[ \t]+0x[0-9a-f]+")
string(REGEX MATCH "0x[0-9a-f]+" rdkafka_version "${line}")
math(EXPR rdkafka_number "${rdkafka_version}")
math(EXPR rdkafka_least "0x020002ff")
if(rdkafka_number LESS rdkafka_least)
  message(FATAL_ERROR "librdkafka is older than 2.0.2 (${rdkafka_version}): ${hint}")
endif()
millrace_library(millrace::rdkafka "${RDKAFKA_INCLUDE}" "${RDKAFKA_LIBRARY}" OpenSSL::SSL OpenSSL::Crypto ZLIB::ZLIB
                 millrace::zstd PkgConfig::lz4 Threads::Threads ${CMAKE_DL_LIBS} m)
message(STATUS "libmysqlclient ${mysql_version}: ${MYSQLCLIENT_LIBRARY}")
message(STATUS "librdkafka ${rdkafka_version}: ${RDKAFKA_LIBRARY}")
