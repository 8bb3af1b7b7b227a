#!/usr/bin/env bash
# Builds the container image and tries it, without a container engine and without a registry (`make image`): the base image is
# made with mmdebstrap under the name that docker/Dockerfile has in FROM, buildah builds in a chroot, and the result runs in
# one. Needs root on a Debian 12 machine; installs buildah and mmdebstrap where they are missing. Takes some minutes.
#
#   tests/image/run.sh          build and try
#   tests/image/run.sh keep     and leave the image in buildah's storage, as millrace:test
set -euo pipefail
cd "$(dirname "$0")/../.."

CACHE=${MILLRACE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/millrace}
WORK=$CACHE/image
BASE=docker.io/library/debian:bookworm
IMAGE=localhost/millrace:test

say() { printf 'image: %s\n' "$*"; }
die() { printf 'image: %s\n' "$*" >&2; exit 1; }

. /etc/os-release
[ "$(id -u)" = 0 ] || die "needs root: it makes a base image and builds in a chroot"
[ "${VERSION_CODENAME:-}" = bookworm ] || die "needs Debian 12: the image is made of this machine's packages"

install_tools() {
  command -v buildah >/dev/null && command -v mmdebstrap >/dev/null && return 0
  say "installing buildah and mmdebstrap"
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends buildah mmdebstrap \
    >"$WORK/apt.log" 2>&1 </dev/null || { tail "$WORK/apt.log" >&2; die "apt-get install failed"; }
}

# A storage of its own, so that nothing of the machine's is touched.
storage() {
  export STORAGE_DRIVER=vfs
  buildah --root "$WORK/storage" --runroot "$WORK/run" "$@"
}

# The suite as this machine gets it: the same sources, mirrors included.
make_base() {
  ! storage inspect --type image "$BASE" >/dev/null 2>&1 || return 0
  say "making the base image"
  local sources=(/etc/apt/sources.list /etc/apt/sources.list.d/*.sources) given=() file container
  for file in "${sources[@]}"; do [ -s "$file" ] && given+=("$file"); done
  mmdebstrap --quiet --variant=minbase bookworm "$WORK/base.tar" "${given[@]}" >"$WORK/base.log" 2>&1 ||
    { tail "$WORK/base.log" >&2; die "mmdebstrap failed"; }
  container=$(storage from scratch)
  storage add -q "$container" "$WORK/base.tar" / >/dev/null
  storage config --cmd bash "$container"
  storage commit -q "$container" "$BASE" >/dev/null
  storage rm "$container" >/dev/null
  rm -f "$WORK/base.tar"
}

# The libraries that are built already go in as a volume; the image's own build does the rest. A copy: the container's
# build must not write into the cache of this machine.
build_image() {
  say "building the image"
  mkdir -p "$WORK/cache"
  for part in prefix stamps ccache; do
    [ ! -d "$CACHE/$part" ] || cp -a --update "$CACHE/$part" "$WORK/cache/"
  done
  storage bud --isolation chroot --pull-never --layers --ignorefile docker/Dockerfile.dockerignore \
    -v "$WORK/cache:/cache:rw" -f docker/Dockerfile -t "$IMAGE" . >"$WORK/build.log" 2>&1 </dev/null ||
    { tail -40 "$WORK/build.log" >&2; die "the build failed; the whole log is $WORK/build.log"; }
}

# Runs the program in the image's file system as the image's user.
in_image() {
  storage run --isolation chroot --user 65532:65532 "$CONTAINER" -- /usr/local/bin/millrace "$@"
}

expect() {
  local what=$1 wanted=$2 got=$3
  [[ $got == *"$wanted"* ]] || die "$what: expected \"$wanted\", got: $got"
  say "ok: $what"
}

try_image() {
  CONTAINER=$(storage from --pull-never "$IMAGE")
  trap 'storage rm "$CONTAINER" >/dev/null' EXIT
  local root
  expect "version" "millrace " "$(in_image version 2>&1)"

  root=$(storage mount "$CONTAINER")
  expect "libraries" "all found" "$(chroot "$root" ldd /usr/local/bin/millrace | grep 'not found' || echo all found)"
  [ -z "$(chroot "$root" sh -c 'command -v gcc g++ make')" ] || die "the image holds a compiler"
  for provider in aurora mysql-clone; do
    [ -x "$root/usr/local/share/millrace/clone-providers/$provider" ] || die "the clone provider $provider is missing"
  done
  mkdir -p "$root/etc/millrace"

  # An address where no server is: `check` reads the configuration, tries, and says so with exit code 75.
  cat >"$root/etc/millrace/millrace.yaml" <<'YAML'
daemon: {listen: 127.0.0.1:0}
sink: {type: stdout}
sources:
  shop:
    database.hostname: 127.0.0.1
    database.port: 1
    database.user: cdc
    topic.prefix: shop
    snapshot.mode: no_data
YAML
  local code=0 output
  output=$(in_image check -c /etc/millrace/millrace.yaml 2>&1) || code=$?
  [ "$code" = 75 ] || die "check: exit code $code: $output"
  expect "check without a server" "source shop" "$output"

  code=0
  output=$(in_image check -c /usr/share/doc/millrace/none.yaml 2>&1) || code=$?
  [ "$code" = 64 ] || die "check of a missing file: exit code $code: $output"
  expect "check of a missing file" "No such file" "$output"

  # `run` stays up and tries again; SIGTERM ends it with 0.
  code=0
  output=$(storage run --isolation chroot --user 65532:65532 "$CONTAINER" -- \
    timeout --preserve-status -s TERM 5 /usr/local/bin/millrace run -c /etc/millrace/millrace.yaml 2>&1) || code=$?
  [ "$code" = 0 ] || die "run: exit code $code: $output"
  expect "run until SIGTERM" "millrace stopped" "$output"
  say "size: $(du -sm "$root" | cut -f1) MB with the base, $(du -m "$root/usr/local/bin/millrace" | cut -f1) MB the program"
}

mkdir -p "$WORK"
install_tools
make_base
build_image
try_image
[ "${1:-}" = keep ] || storage rmi "$IMAGE" >/dev/null 2>&1 || true
say "the image is right"
