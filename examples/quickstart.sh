#!/usr/bin/env bash
# The main job on a real local Flink: from git to running, an edit, a restart that keeps its state, nothing left to do.
#   bash examples/quickstart.sh          stops the Flink it started at the end
#   bash examples/quickstart.sh --keep   leaves it running for you to look at
# Needs Python 3.11+ and PyPI; no root, no Java, no Docker. Safe to run twice; changes nothing in this repository.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
repo=$PWD
. tests/venv.sh

keep=no
case "${1:-}" in
  --keep) keep=yes ;;
  "") ;;
  *) echo "usage: bash examples/quickstart.sh [--keep]" >&2; exit 1 ;;
esac

ensure_venv "$repo/.venv" "dev-$(cat pyproject.toml tests/requirements.txt | cksum | tr ' ' '-')" \
  --requirement tests/requirements.txt --editable '.[local]'
export PATH="$repo/.venv/bin:$PATH"

demo=$repo/.headgate/quickstart
started=no
finish() {
  status=$?
  if [ "$started" = yes ] && [ "$keep" = no ]; then
    say "stopping the Flink that this script started"
    (cd "$demo" && headgate local down) || true
  fi
  if [ "$status" -ne 0 ]; then echo "quickstart failed (exit $status)" >&2; fi
  exit "$status"
}
trap finish EXIT

run() {
  printf '\n$ %s\n' "$*"
  "$@"
}

say "a git repository of jobs, in .headgate/quickstart"
if [ -d "$demo" ]; then (cd "$demo" && headgate local down >/dev/null 2>&1) || true; fi
rm -rf "$demo"
mkdir -p "$demo/jobs"
cp "$repo/jobs/order-totals.yaml" "$demo/jobs/"
cd "$demo"
git init -q -b main .
git config user.name quickstart
git config user.email quickstart@example.invalid
printf '.headgate/\n' >.gitignore

say "a real Flink on this machine"
started=yes
run headgate local up --slots 4
