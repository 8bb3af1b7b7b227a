#!/usr/bin/env bash
# Brings the real servers that the demo, the tests and the comparison run against into $MILLRACE_CACHE (by default
# ${XDG_CACHE_HOME:-~/.cache}/millrace).  Nothing is installed as a service and nothing is started here.
#
#   tests/support/provision.sh [mysql] [kafka] [debezium] [kcat] [mariadb] [moto]      without a name: mysql kafka
#
#   mysql     mysql/root            MySQL from Debian's unstable suite (stable has only MariaDB), unpacked, not installed
#   kafka     kafka/libs/*.jar      Kafka's broker, tools and Connect, by their Maven coordinates; Java from the distribution
#   debezium  debezium/debezium-connector-mysql/*.jar    the plugin we are compared with
#   kcat      the distribution's package: a command-line consumer for people
#   mariadb   mariadb/root          MariaDB from the machine's own suite, unpacked, not installed
#   moto      moto/venv             a mock of the cloud's API (RDS) and its command line, in a Python environment of their own
#
# Idempotent: a stamp holds the versions, so a second run asks nobody and takes well under a second.  Two runs at once wait
# for each other.  When something can't be had, the reason is one line and the exit code is 1: a test that needs a server
# then fails loudly.
#
# How the unpacked servers are started.  MySQL comes with libraries newer than the machine's, its own libc among them, so it
# runs through its own loader and is told where each of its folders is:
#
#   R=$MILLRACE_CACHE/mysql/root   L=$R/usr/lib/x86_64-linux-gnu      (aarch64-linux-gnu on ARM: the file "triplet" says it)
#   $R/loader --library-path $L:$L/mysql/private $R/usr/sbin/mysqld --no-defaults --basedir=$R/usr --datadir=DIR \
#     --lc-messages-dir=$R/usr/share/mysql --character-sets-dir=$R/usr/share/mysql/charsets \
#     --plugin-dir=$R/usr/lib/mysql/plugin --user=$(id -un) --mysqlx=OFF --secure-file-priv=NULL \
#     --port=… --bind-address=127.0.0.1 --socket=… --pid-file=… --log-error=… --server-id=… \
#     --gtid-mode=ON --enforce-gtid-consistency=ON --log-bin=binlog
#   once before it, with the same folders: … mysqld … --initialize-insecure     (root@localhost without a password)
#   $R/bin/mysqld, $R/bin/mysql, $R/bin/mysqladmin, $R/bin/mysqlbinlog, $R/bin/mysqldump
#                                       are wrappers that do the loader's part and keep the arguments; they `exec`, so the
#                                       process id is the server's.  $R/bin/mysqld adds the folder options as well.
#   MariaDB, the same way: $MILLRACE_CACHE/mariadb/root/bin/mariadb-install-db --datadir=DIR once, then bin/mariadbd with
#                                       --datadir, --port, --socket, --server-id, --log-bin; bin/mariadb and bin/mariadb-admin
#   On systems that are not Debian, mysql/root/bin holds wrappers around the MySQL in PATH; so start servers by the wrappers.
#   Kafka: java -cp "$MILLRACE_CACHE/kafka/libs/*" kafka.tools.StorageTool format --standalone -t UUID -c server.properties
#          java -cp "$MILLRACE_CACHE/kafka/libs/*" kafka.Kafka server.properties
set -euo pipefail

KAFKA_VERSION=4.3.1 SCALA_VERSION=2.13 DEBEZIUM_VERSION=3.6.1.Final
MOTO_VERSION=5.2.5 BOTO3_VERSION=1.43.11 AWSCLI_VERSION=1.45.11  # the last two share a botocore
MYSQL_SUITE=sid
RECIPE=2  # raise it when the way a server is unpacked changes

CACHE=${MILLRACE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/millrace}
STAMPS=$CACHE/stamps LOG=$CACHE/log
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

say() { printf 'provision: %s\n' "$*"; }
die() { printf 'provision: %s\n' "$*" >&2; exit 1; }

# quiet LOG COMMAND...: shows its output only when it fails.
quiet() {
  local log=$LOG/$1.log
  shift
  "$@" >>"$log" 2>&1 </dev/null || {
    tail -20 "$log" >&2
    die "failed: $* (the whole log is $log)"
  }
}

# install_packages PACKAGE...: needs root; without it, says what a person has to do.
install_packages() {
  [ "$(id -u)" = 0 ] || die "run this once: sudo apt-get install -y --no-install-recommends $*"
  say "installing $*"
  export DEBIAN_FRONTEND=noninteractive
  local options=(-y -q --no-install-recommends -o DPkg::Lock::Timeout=300)
  apt-get install "${options[@]}" "$@" >>"$LOG/apt.log" 2>&1 </dev/null && return 0
  apt-get update -q >>"$LOG/apt.log" 2>&1 </dev/null || true
  quiet apt apt-get install "${options[@]}" "$@"
}

# The Debian mirror this machine uses, from either form of its sources, one-line or deb822.  Mirrors of other things (a
# vendor's repository, the security archive, which carries no unstable suite) are passed over.
debian_mirror() {
  local file uri
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
    [ -r "$file" ] || continue
    while read -r uri; do
      case $uri in
        *security*) ;;
        http://* | https://*) case ${uri%/} in */debian) printf '%s\n' "${uri%/}" && return 0 ;; esac ;;
      esac
    done < <(case $file in
      *.sources) awk 'tolower($1)=="uris:"{for(i=2;i<=NF;i++)print $i}' "$file" ;;
      *) sed -nE 's/^deb[[:space:]]+(\[[^]]*\][[:space:]]+)?([^[:space:]]+).*/\2/p' "$file" ;;
    esac)
  done
  return 1
}

# An apt of our own in folder $1, for suite $2, that knows nothing installed: so a download brings every library.  Signatures
# are checked; a mirror that is behind (its index past Valid-Until) is good enough for test servers.
private_apt() {
  local dir=$1 suite=$2 mirror
  mirror=$(debian_mirror) ||
    die "found no Debian mirror in /etc/apt: servers are unpacked from Debian's packages (or put mysqld 8 in PATH)"
  rm -rf "$dir"
  mkdir -p "$dir"/{lists/partial,cache/archives/partial,etc,debs}
  : >"$dir/status"
  printf 'deb [signed-by=%s] %s %s main\n' "$KEYRING" "$mirror" "$suite" >"$dir/etc/sources.list"
  cat >"$dir/apt.conf" <<CONF
Dir::State "$dir";
Dir::State::lists "$dir/lists";
Dir::State::status "$dir/status";
Dir::Cache "$dir/cache";
Dir::Etc::sourcelist "$dir/etc/sources.list";
Dir::Etc::sourceparts "-";
Acquire::Languages "none";
Acquire::Check-Valid-Until "false";
APT::Sandbox::User "root";
CONF
}

# unpack DIR ROOT PACKAGE...: the packages and all they depend on, into ROOT.  Post-install scripts don't run.
unpack() {
  local dir=$1 root=$2 deb
  shift 2
  (
    export APT_CONFIG=$dir/apt.conf
    quiet unpack apt-get update -q
    quiet unpack apt-get install -y -q --no-install-recommends --download-only "$@"
  )
  rm -rf "$root.new"
  mkdir -p "$root.new"
  for deb in "$dir"/cache/archives/*.deb; do dpkg-deb -x "$deb" "$root.new"; done
  rm -rf "$dir"
}

# wrapper FILE COMMAND-LINE: a shell script that replaces itself by the program.
wrapper() {
  mkdir -p "$(dirname "$1")"
  printf '#!/bin/sh\nR=$(cd "$(dirname "$0")/.." && pwd)\n%s\n' "$2" >"$1"
  chmod +x "$1"
}

# On other systems than Debian: wrappers of the same names around the MySQL that is installed.  False where there is none.
system_mysql() {
  local root=$CACHE/mysql/root program
  mysqld --version 2>/dev/null | grep -v MariaDB | grep -qE 'Ver ([89]|[1-9][0-9])[.]' || return 1
  say "using the MySQL in PATH"
  rm -rf "$root"
  wrapper "$root/bin/mysqld" "[ \"\${1:-}\" != --no-defaults ] || shift
exec $(command -v mysqld) --no-defaults --user=\"\$(id -un)\" --mysqlx=OFF --secure-file-priv=NULL \"\$@\""
  for program in mysql mysqladmin mysqlbinlog mysqldump; do
    wrapper "$root/bin/$program" "exec $(command -v "$program") \"\$@\""
  done
}

provision_mysql() {
  local root=$CACHE/mysql/root stamp=$STAMPS/server-mysql-r$RECIPE
  [ ! -e "$stamp" ] || return 0
  if ! debian_mirror >/dev/null && system_mysql; then
    touch "$stamp"
    return 0
  fi
  say "unpacking MySQL of Debian's suite $MYSQL_SUITE into $root"
  private_apt "$CACHE/mysql/apt" "$MYSQL_SUITE"
  unpack "$CACHE/mysql/apt" "$root" mysql-server-core mysql-client-core
  local new=$root.new triplet loader program
  triplet=$(basename "$(dirname "$(find "$new/usr/lib" -maxdepth 2 -name 'libc.so.6' | head -1)")")
  printf '%s\n' "$triplet" >"$new/triplet"
  loader=$(find "$new/usr/lib64" "$new/usr/lib/$triplet" -maxdepth 1 -name 'ld-linux*.so.*' 2>/dev/null | head -1)
  [ -n "$loader" ] || die "the unpacked MySQL has no loader"
  ln -s "${loader#"$new/"}" "$new/loader"
  local run='L=$R/usr/lib/'$triplet'
exec "$R/loader" --library-path "$L:$L/mysql/private"'
  # --no-defaults must stay the first argument, so it is given here and not by the caller.
  wrapper "$new/bin/mysqld" "[ \"\${1:-}\" != --no-defaults ] || shift
$run \"\$R/usr/sbin/mysqld\" --no-defaults --basedir=\"\$R/usr\" \\
  --lc-messages-dir=\"\$R/usr/share/mysql\" --character-sets-dir=\"\$R/usr/share/mysql/charsets\" \\
  --plugin-dir=\"\$R/usr/lib/mysql/plugin\" --user=\"\$(id -un)\" --mysqlx=OFF --secure-file-priv=NULL \"\$@\""
  for program in mysql mysqladmin mysqlbinlog mysqldump; do
    wrapper "$new/bin/$program" "$run \"\$R/usr/bin/$program\" \"\$@\""
  done
  rm -rf "$new"/usr/share/{doc,man,locale,info,lintian} "$root"
  mv "$new" "$root"
  "$root/bin/mysqld" --version >"$LOG/mysql.version" 2>&1 || {
    cat "$LOG/mysql.version" >&2
    die "the unpacked mysqld does not run"
  }
  touch "$stamp"
  say "MySQL is $(sed -n 's/.*Ver \([^ ]*\).*/\1/p' "$LOG/mysql.version")"
}

provision_mariadb() {
  local root=$CACHE/mariadb/root stamp=$STAMPS/server-mariadb-r$RECIPE
  [ ! -e "$stamp" ] || return 0
  local suite
  suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
  say "unpacking MariaDB of Debian's suite $suite into $root"
  private_apt "$CACHE/mariadb/apt" "$suite"
  unpack "$CACHE/mariadb/apt" "$root" mariadb-server-core mariadb-client-core
  local new=$root.new triplet program
  triplet=$(basename "$(dirname "$(find "$new" -name 'libc.so.6' | head -1)")")
  printf '%s\n' "$triplet" >"$new/triplet"
  # Merged or not, the loader of this suite may live in /lib64 or in /usr/lib.
  local loader
  loader=$(find "$new" -name 'ld-linux*.so.*' | head -1)
  [ -n "$loader" ] || die "the unpacked MariaDB has no loader"
  ln -s "${loader#"$new/"}" "$new/loader"
  local run='L=$R/usr/lib/'$triplet':$R/lib/'$triplet'
exec "$R/loader" --library-path "$L"'
  wrapper "$new/bin/mariadbd" "[ \"\${1:-}\" != --no-defaults ] || shift
$run \"\$R/usr/sbin/mariadbd\" --no-defaults --basedir=\"\$R/usr\" \\
  --lc-messages-dir=\"\$R/usr/share/mysql\" --character-sets-dir=\"\$R/usr/share/mysql/charsets\" \\
  --plugin-dir=\"\$R/usr/lib/mysql/plugin\" --user=\"\$(id -un)\" \"\$@\""
  for program in mariadb mariadb-admin mariadb-binlog mariadb-dump; do
    wrapper "$new/bin/$program" "$run \"\$R/usr/bin/$program\" \"\$@\""
  done
  # The system tables: what mariadb-install-db does, through our wrapper.  Use: mariadb-install-db --datadir=DIR
  wrapper "$new/bin/mariadb-install-db" 'for a; do case $a in --datadir=*) D=${a#--datadir=} ;; esac; done
mkdir -p "$D/mysql"
{ printf "%s\n" "create database if not exists mysql;" "use mysql;" "SET @auth_root_socket=NULL;"
  cat "$R/usr/share/mysql/mysql_system_tables.sql" "$R/usr/share/mysql/mysql_performance_tables.sql" \
    "$R/usr/share/mysql/mysql_system_tables_data.sql" "$R/usr/share/mysql/fill_help_tables.sql" \
    "$R/usr/share/mysql/maria_add_gis_sp_bootstrap.sql"
} | exec "$R/bin/mariadbd" --datadir="$D" --bootstrap --log-warnings=0 --enforce-storage-engine="" \
  --max-allowed-packet=8M --net-buffer-length=16K'
  rm -rf "$new"/usr/share/{doc,man,locale,info,lintian} "$root"
  mv "$new" "$root"
  "$root/bin/mariadbd" --version >"$LOG/mariadb.version" 2>&1 || {
    cat "$LOG/mariadb.version" >&2
    die "the unpacked mariadbd does not run"
  }
  touch "$stamp"
  say "MariaDB is $(sed -n 's/.*Ver \([^ ]*\).*/\1/p' "$LOG/mariadb.version")"
}

# Kafka's broker needs Java at run time; Maven is the courier, needed once.
java_and_maven() {
  local missing=()
  java -version >/dev/null 2>&1 || missing+=(default-jre-headless)
  [ -z "${1:-}" ] || command -v mvn >/dev/null || missing+=(maven)
  ((!${#missing[@]})) || install_packages "${missing[@]}"
}

provision_kafka() {
  local dir=$CACHE/kafka stamp=$STAMPS/server-kafka-$KAFKA_VERSION-r$RECIPE
  java_and_maven
  [ ! -e "$stamp" ] || return 0
  java_and_maven with-maven
  say "fetching Kafka $KAFKA_VERSION into $dir/libs"
  rm -rf "$dir/libs" "$dir/libs.new" "$dir/broker.jsa"
  mkdir -p "$dir"
  local artifact
  {
    printf '<project><modelVersion>4.0.0</modelVersion><groupId>millrace</groupId><artifactId>kafka</artifactId>'
    printf '<version>1</version><packaging>pom</packaging><dependencies>\n'
    for artifact in "kafka_$SCALA_VERSION" kafka-tools connect-runtime connect-json; do
      printf '<dependency><groupId>org.apache.kafka</groupId><artifactId>%s</artifactId><version>%s</version></dependency>\n' \
        "$artifact" "$KAFKA_VERSION"
    done
    printf '</dependencies></project>\n'
  } >"$dir/pom.xml"
  quiet kafka mvn -q -B -f "$dir/pom.xml" dependency:copy-dependencies -DoutputDirectory="$dir/libs.new"
  mv "$dir/libs.new" "$dir/libs"
  touch "$stamp"
}

provision_debezium() {
  local dir=$CACHE/debezium stamp=$STAMPS/server-debezium-$DEBEZIUM_VERSION-r$RECIPE
  [ ! -e "$stamp" ] || return 0
  java_and_maven with-maven
  say "fetching Debezium $DEBEZIUM_VERSION into $dir"
  rm -rf "$dir"
  mkdir -p "$dir/fetch"
  # Run beside no pom of ours, or of the folder one happens to stand in.
  (cd "$dir/fetch" && quiet debezium mvn -q -B dependency:copy -DoutputDirectory="$dir/fetch" \
    -Dartifact="io.debezium:debezium-connector-mysql:$DEBEZIUM_VERSION:tar.gz:plugin")
  tar xzf "$dir"/fetch/*.tar.gz -C "$dir"
  rm -rf "$dir/fetch"
  touch "$stamp"
}

provision_moto() {
  local dir=$CACHE/moto stamp=$STAMPS/server-moto-$MOTO_VERSION-$AWSCLI_VERSION-r$RECIPE
  [ ! -e "$stamp" ] || return 0
  python3 -c 'import ensurepip, venv' 2>/dev/null || install_packages python3-venv
  say "installing moto $MOTO_VERSION into $dir"
  rm -rf "$dir"
  mkdir -p "$dir"
  quiet moto python3 -m venv "$dir/venv"
  # flask and flask-cors: of the extra "server", which would bring twenty more, what RDS needs.
  quiet moto "$dir/venv/bin/python" -m pip install -q --no-input --disable-pip-version-check "moto==$MOTO_VERSION" \
    "boto3==$BOTO3_VERSION" "awscli==$AWSCLI_VERSION" flask flask-cors
  touch "$stamp"
}

provision_kcat() { command -v kcat >/dev/null || install_packages kcat; }

mkdir -p "$STAMPS" "$LOG"
exec 9>"$CACHE/provision.lock"
flock 9
(($#)) || set -- mysql kafka
for server in "$@"; do
  case $server in
    mysql | kafka | debezium | kcat | mariadb | moto) "provision_$server" ;;
    *) die "unknown server $server: mysql, kafka, debezium, kcat, mariadb or moto" ;;
  esac
done
