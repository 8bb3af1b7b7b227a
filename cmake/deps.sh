#!/usr/bin/env bash
# Brings what Millrace is built with, in two steps: packages of the distribution (as root; otherwise it prints what to
# install and stops), then the two libraries that Debian 12 lacks, built into $MILLRACE_CACHE/prefix:
#   libmysqlclient  Oracle's client library: MariaDB's has no GTID binlog dump API. From the crate mysqlclient-src.
#   librdkafka      2.12: commits a transaction in 13 ms instead of 36. From the crate rdkafka-sys.
# Both crates carry the upstream sources; cargo is only the courier, no Rust is compiled.
#
#   cmake/deps.sh               everything a build needs
#   cmake/deps.sh packages      only the packages           cmake/deps.sh libs    only the libraries
#   cmake/deps.sh tools         clang, clang-tidy, clang-format (presets fuzz and coverage, make check)
#   cmake/deps.sh coverage      gcovr
#   cmake/deps.sh counts        valgrind (the instructions that a row costs)
#   cmake/deps.sh list          the packages of "packages", on one line
#
# Idempotent: stamps in the cache hold the versions; a second run asks nobody and takes well under a second.
set -euo pipefail

MYSQLCLIENT_CRATE=0.2.2 MYSQLCLIENT_VERSION=9.5.0
RDKAFKA_CRATE=4.10.0 RDKAFKA_VERSION=2.12.1
MYSQLCLIENT_RECIPE=1 RDKAFKA_RECIPE=4  # raise one when the way that library is built changes

CACHE=${MILLRACE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/millrace}
PREFIX=$CACHE/prefix STAMPS=$CACHE/stamps
JOBS=${JOBS:-2}

BUILD_PACKAGES=(
  g++ make cmake ninja-build ccache pkg-config git ca-certificates python3
  libspdlog-dev libfmt-dev libyaml-cpp-dev rapidjson-dev libgtest-dev libgmock-dev libcli11-dev libpcre2-dev
  libcpp-httplib-dev prometheus-cpp-dev libsqlite3-dev libzstd-dev liblz4-dev zlib1g-dev libdeflate-dev libssl-dev
  libicu-dev libjemalloc-dev libbenchmark-dev)
TOOL_PACKAGES=(clang clang-tidy clang-format libclang-rt-dev llvm)

say() { printf 'deps: %s\n' "$*"; }
die() { printf 'deps: %s\n' "$*" >&2; exit 1; }

# Which of the named packages are not installed.  One dpkg-query for all of them: it is fast, and it needs no network.
missing_packages() {
  local have
  have=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | awk '$1=="installed"{print $2}' || true)
  local p
  for p in "$@"; do grep -qxF -- "$p" <<<"$have" || printf '%s\n' "$p"; done
}

install_packages() {
  command -v dpkg-query >/dev/null || {
    say "this is no Debian: taking for granted what these packages hold: $*"
    return 0
  }
  local missing
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0
  if [ "$(id -u)" != 0 ]; then
    die "packages are missing; run this once: sudo apt-get install -y --no-install-recommends ${missing[*]}"
  fi
  say "installing ${missing[*]}"
  local log=$CACHE/log/apt.log
  export DEBIAN_FRONTEND=noninteractive
  local options=(-y -q --no-install-recommends -o DPkg::Lock::Timeout=300)
  apt-get install "${options[@]}" "${missing[@]}" >"$log" 2>&1 </dev/null && return 0
  # The usual reason is an old or empty package list.
  apt-get update -q >>"$log" 2>&1 </dev/null || true
  apt-get install "${options[@]}" "${missing[@]}" >>"$log" 2>&1 </dev/null || {
    tail -20 "$log" >&2
    die "apt-get install failed; the whole log is $log"
  }
}

# A cargo that understands today's registry (its sparse index, edition 2024 manifests).  Debian 12's own is too old; its
# package cargo-web is not.
find_cargo() {
  local c v
  for c in cargo cargo-web; do
    command -v "$c" >/dev/null || continue
    v=$("$c" --version 2>/dev/null | awk '{print $2}') || continue
    case $v in 1.[0-7][0-9].* | 1.8[0-4].* | 1.[0-9].* | '') continue ;; esac
    CARGO=$c
    return 0
  done
  return 1
}

# Unpacks the sources of crate $1, exactly version $2, and leaves their folder in $SOURCE.
fetch_crate() {
  local name=$1 version=$2 work=$CACHE/src/fetch-$1
  find_cargo || {
    # Debian 12 has cargo-web for this; later releases have a cargo that is new enough.
    apt-cache show cargo >/dev/null 2>&1 || [ "$(id -u)" != 0 ] || apt-get update -q >>"$CACHE/log/apt.log" 2>&1 || true
    if apt-cache show cargo-web >/dev/null 2>&1; then install_packages cargo-web; else install_packages cargo; fi
    find_cargo || die "no cargo of version 1.85 or later is in PATH"
  }
  say "fetching the sources in crate $name $version"
  rm -rf "$work"
  mkdir -p "$work/src"
  : >"$work/src/lib.rs"
  printf '[package]\nname = "fetch"\nversion = "0.0.0"\nedition = "2021"\n[dependencies]\n%s = "=%s"\n' \
    "$name" "$version" >"$work/Cargo.toml"
  (cd "$work" && "$CARGO" fetch -q) >"$CACHE/log/$name.fetch.log" 2>&1 </dev/null || {
    tail -20 "$CACHE/log/$name.fetch.log" >&2
    die "cargo could not fetch $name"
  }
  SOURCE=$(ls -d "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*/"$name-$version"* 2>/dev/null | head -1)
  [ -n "$SOURCE" ] || die "cargo fetched $name, but its sources are not under ${CARGO_HOME:-$HOME/.cargo}/registry/src"
}

# run LOG COMMAND...: quiet unless it fails.
run() {
  local log=$1
  shift
  "$@" >>"$log" 2>&1 </dev/null || {
    tail -30 "$log" >&2
    die "failed: $1 $2 (the whole log is $log)"
  }
}

launcher() { ! command -v ccache >/dev/null || printf '%s\n' -DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache; }

# Does the distribution have Oracle's client library, 8.0 or later?  (Ubuntu does; MariaDB's claims the same names.)
system_mysqlclient() {
  local version=/usr/include/mysql/mysql_version.h
  [ -e "$version" ] && [ ! -e /usr/include/mysql/mariadb_version.h ] &&
    awk '$2=="MYSQL_VERSION_ID"{exit !($3>=80000)}' "$version" && ldconfig -p | grep -q 'libmysqlclient[.]so'
}

build_mysqlclient() {
  ! system_mysqlclient || return 0
  local stamp=$STAMPS/mysqlclient-$MYSQLCLIENT_VERSION-r$MYSQLCLIENT_RECIPE
  [ ! -e "$stamp" ] || return 0
  local build=$CACHE/src/mysqlclient-build log=$CACHE/log/mysqlclient.log SOURCE
  fetch_crate mysqlclient-src "$MYSQLCLIENT_CRATE"
  say "building libmysqlclient $MYSQLCLIENT_VERSION (about 3 minutes on 2 cores)"
  rm -rf "$build"
  : >"$log"
  # WITHOUT_MYSQL_NATIVE_PASSWORD=0: MySQL 5.7 and Aurora accounts still log in with it.
  run "$log" cmake -S "$SOURCE/source" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_FLAGS=-fPIC \
    -DCMAKE_CXX_FLAGS=-fPIC -DWITHOUT_SERVER=ON -DWITH_SSL=system -DWITH_ZLIB=system -DWITH_ZSTD=system \
    -DWITH_EDITLINE=bundled -DWITHOUT_MYSQL_NATIVE_PASSWORD=0 -DWITH_UNIT_TESTS=OFF $(launcher)
  run "$log" cmake --build "$build" --target mysqlclient -j "$JOBS"
  mkdir -p "$PREFIX/lib" "$PREFIX/include"
  rm -rf "$PREFIX/include/mysql"
  mkdir -p "$PREFIX/include/mysql"
  # What `make install` of the client would copy, without building the rest of the tree for it.
  (cd "$SOURCE/source/include" && cp -r --parents mysql.h mysql_com.h mysql_time.h my_list.h my_command.h my_compress.h \
    errmsg.h field_types.h typelib.h mysql/client_plugin.h mysql/plugin_auth_common.h mysql/udf_registration_types.h \
    "$PREFIX/include/mysql")
  cp "$build"/include/mysql_version.h "$build"/include/mysqld_error.h "$PREFIX/include/mysql"
  cp "$build/archive_output_directory/libmysqlclient.a" "$PREFIX/lib"
  strip --strip-debug "$PREFIX/lib/libmysqlclient.a"
  rm -rf "$build"
  rm -f "$STAMPS"/mysqlclient-*
  touch "$stamp"
}

build_rdkafka() {
  local stamp=$STAMPS/rdkafka-$RDKAFKA_VERSION-r$RDKAFKA_RECIPE
  [ ! -e "$stamp" ] || return 0
  local build=$CACHE/src/rdkafka-build log=$CACHE/log/rdkafka.log SOURCE
  fetch_crate rdkafka-sys "$RDKAFKA_CRATE"
  say "building librdkafka $RDKAFKA_VERSION (about 1 minute on 2 cores)"
  rm -rf "$build"
  : >"$log"
  # pthreads instead of C11's thrd_create: g++ 12's ThreadSanitizer doesn't know the latter and crashes in such a thread.
  # The build decides by compiling a test program, so that one is made to fail, in a copy.
  local source=$CACHE/src/librdkafka
  rm -rf "$source"
  cp -r "$SOURCE/librdkafka" "$source"
  echo '#error "pthreads are wanted"' >"$source/packaging/cmake/try_compile/c11threads_test.c"
  # No cyrus-sasl: PLAIN, SCRAM and OAUTHBEARER need only OpenSSL.  No curl: OIDC is not offered.
  # While a partition's request is under way an idempotent producer sends no other, yet its thread asks again without a
  # pause whether it may (until its linger is over: up to a third of the program's time). The answer will wake it.
  local asks='rkb->rkb_state == RD_KAFKA_BROKER_STATE_UP'
  local waits='rd_atomic32_get(\&rktp->rktp_msgs_inflight) >= RD_KAFKA_IDEMP_MAX_INFLIGHT'
  sed -i "s/$asks ? next_wakeup/$asks \&\& !(rd_kafka_is_idempotent(rkb->rkb_rk) \&\& $waits) ? next_wakeup/" \
    "$source/src/rdkafka_broker.c"
  grep -q 'RD_KAFKA_IDEMP_MAX_INFLIGHT) ? next_wakeup' "$source/src/rdkafka_broker.c" ||
    die "librdkafka $RDKAFKA_VERSION has changed where its producer waits: cmake/deps.sh must follow"
  # A transaction that follows another at once is told to come back, for the millisecond or two in which the broker still
  # writes the end of the one before. Twenty are too many for who waits for a row.
  sed -i 's/retry_backoff_ms = 20;/retry_backoff_ms = 2;/' "$source/src/rdkafka_txnmgr.c"
  grep -q 'retry_backoff_ms = 2;' "$source/src/rdkafka_txnmgr.c" ||
    die "librdkafka $RDKAFKA_VERSION has changed how it begins a transaction: cmake/deps.sh must follow"
  run "$log" cmake -S "$source" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_POSITION_INDEPENDENT_CODE=ON -DRDKAFKA_BUILD_STATIC=ON -DRDKAFKA_BUILD_EXAMPLES=OFF \
    -DRDKAFKA_BUILD_TESTS=OFF -DWITH_SSL=ON -DWITH_ZLIB=ON -DWITH_ZSTD=ON -DENABLE_LZ4_EXT=ON -DWITH_SASL=OFF \
    -DWITH_SASL_SCRAM=ON -DWITH_SASL_OAUTHBEARER=ON -DWITH_CURL=OFF -DCMAKE_INSTALL_PREFIX="$PREFIX" -DCMAKE_INSTALL_LIBDIR=lib $(launcher)
  run "$log" cmake --build "$build" -j "$JOBS"
  rm -rf "$PREFIX/include/librdkafka" "$PREFIX"/lib/librdkafka*
  mkdir -p "$PREFIX/lib" "$PREFIX/include/librdkafka"
  cp "$source"/src/rdkafka.h "$source"/src/rdkafka_mock.h "$PREFIX/include/librdkafka"
  cp "$build/src/librdkafka.a" "$PREFIX/lib"
  rm -rf "$build" "$source"
  rm -f "$STAMPS"/rdkafka-*
  touch "$stamp"
}

mkdir -p "$STAMPS" "$CACHE/log" "$CACHE/src" "$CACHE/ccache" "$PREFIX"
export CCACHE_DIR=${CCACHE_DIR:-$CACHE/ccache}

[ "${1:-}" != list ] || { printf '%s\n' "${BUILD_PACKAGES[*]}"; exit 0; }
exec 9>"$CACHE/deps.lock"  # two builds of the same cache wait for each other
flock 9
for step in "${@:-all}"; do
  case $step in
    all) install_packages "${BUILD_PACKAGES[@]}" ; build_rdkafka ; build_mysqlclient ;;
    packages) install_packages "${BUILD_PACKAGES[@]}" ;;
    libs) build_rdkafka ; build_mysqlclient ;;
    coverage) install_packages gcovr ;;
    counts) install_packages valgrind ;;
    tools) install_packages "${TOOL_PACKAGES[@]}" ;;
    *) die "unknown step $step: packages, libs, tools, coverage, counts, list or none" ;;
  esac
done
