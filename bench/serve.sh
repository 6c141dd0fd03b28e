#!/usr/bin/env bash
# Compares the server with PyTorch behind Starlette and uvicorn, both with the same weights: requests/s and the 99th percentile
# under wrk, which sends one JPEG again and again on CLIENTS connections, after 15 seconds of the same. The servers take turns.
# Usage: bench/serve.sh [SECONDS [ROUNDS [CLIENTS]]] > serve.csv
# Debian: apt-get install wrk curl python3-torch python3-torchvision python3-starlette python3-uvicorn python3-uvloop python3-httptools
set -eu
bench=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")" && pwd)
home=$(dirname -- "$bench")
seconds=${1:-20}
rounds=${2:-3}
clients=${3:-16}
batch=16
port=18099
python=${PYTHON:-/usr/bin/python3}
resnet4j=${RESNET4J:-$home/resnet4j}

die() {
  printf 'error: %s\n' "$1" >&2
  exit 2
}
command -v wrk >/dev/null || die "no wrk found; Debian: apt-get install wrk"
command -v curl >/dev/null || die "no curl found; Debian: apt-get install curl"
"$python" -c 'import torchvision, starlette, uvicorn' 2>/dev/null ||
  die "$python lacks a library; Debian: apt-get install python3-torchvision python3-starlette python3-uvicorn; another Python: PYTHON=FILE bench/serve.sh"

work=$(mktemp -d)
server=
stop() {
  if [ -n "$server" ]; then
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
    server=
  fi
}
trap 'stop; rm -rf "$work"' EXIT

# start NAME NETWORK WEIGHTS DELAY
start() {
  ! curl -s "http://127.0.0.1:$port/" >/dev/null || die "something listens on port $port already; end it"
  case $1 in
    resnet4j) "$resnet4j" serve "$2=$3" --port "$port" --batch "$batch" --batch-delay "$4" --queue 1000 --offline >/dev/null 2>"$work/err" & ;;
    pytorch) "$python" "$bench/src/main/python/serve.py" "$2" "$3" "$port" "$batch" "$4" >/dev/null 2>"$work/err" & ;;
  esac
  server=$!
  for _ in $(seq 300); do
    ! curl -sf "http://127.0.0.1:$port/health/ready" >/dev/null || return 0
    kill -0 "$server" 2>/dev/null || die "$1 did not start: $(tail -n 3 "$work/err")"
    sleep 0.2
  done
  die "$1 did not start within a minute"
}

# load NETWORK PICTURE SECONDS: requests/s and the 99th percentile in milliseconds
load() {
  cat >"$work/post.lua" <<LUA
local file = io.open("$2", "rb")
wrk.method = "POST"
wrk.body = file:read("*a")
wrk.headers["Content-Type"] = "image/jpeg"
failed = 0
function response(status) if status ~= 200 then failed = failed + 1 end end
local threads = {}
function setup(thread) table.insert(threads, thread) end
function done(summary, latency)
  local all = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  for _, thread in ipairs(threads) do all = all + thread:get("failed") end
  io.stderr:write(string.format("%.1f,%.2f,%.2f,%d\n", summary.requests / (summary.duration / 1e6), latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, all))
end
LUA
  wrk -t1 -c"$clients" -d"$3s" -s "$work/post.lua" "http://127.0.0.1:$port/predictions/$1" 2>&1 >/dev/null | tail -n 1
}

"$python" "$bench/src/main/python/serve.py" images "$work"
"$resnet4j" convert resnet20-cifar.r4j_cifar10jpeg "$work/resnet20.safetensors" >/dev/null 2>&1
printf 'network,delay_ms,round,server,requests_per_s,p50_ms,p99_ms,failed\n'
for network in resnet20-cifar resnet18; do
  image=$work/small.jpg weights=$work/resnet20.safetensors
  [ "$network" = resnet20-cifar ] || { image=$work/photo.jpg weights=$work/resnet18.pth; }
  for delay in 0 5; do
    for round in $(seq "$rounds"); do
      for name in resnet4j pytorch; do
        start "$name" "$network" "$weights" "$delay"
        # Java's and PyTorch's compilers are at work meanwhile: Java's for about 10 seconds of a core.
        load "$network" "$image" 15 >/dev/null
        printf '%s,%s,%s,%s,%s\n' "$network" "$delay" "$round" "$name" "$(load "$network" "$image" "$seconds")"
        curl -sf -H 'Content-Type: image/jpeg' --data-binary "@$image" "http://127.0.0.1:$port/predictions/$network" |
          sed "s/^/$network, $name: /" >&2
        printf '\n' >&2
        stop
      done
    done
  done
done
