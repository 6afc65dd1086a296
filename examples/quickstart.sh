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

cat >headgate.yaml <<'YAML'
project: quickstart
targets:
  local: {provider: flink}        # no url: the Flink that `headgate local up` started here
YAML
git add -A && git commit -q -m "The first job"

# The print sink writes every count to the TaskManager's output: the highest so far, and how often one began empty.
highest() { grep -E '^orders> \+[IU]' .headgate/flink/log/taskmanager.out | sed -E 's/^[^[]*\[([^,]*), ([0-9]+).*/\2/' | sort -n | tail -1; }
resets() { grep -cE '^orders> \+I' .headgate/flink/log/taskmanager.out || true; }

# wait_until SECONDS CONDITION...: until the condition holds, or a message and a failure.
wait_until() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    if [ "$SECONDS" -ge "$deadline" ]; then echo "gave up waiting for: $*" >&2; return 1; fi
    read -r -t 0.3 <> <(:) || true
  done
}
counted() { [ "$(highest)" -gt "$1" ] 2>/dev/null; }

say "what would happen"
run headgate plan

say "git becomes what runs"
run headgate apply --yes
run headgate plan
run headgate status

say "the job counts orders per buyer"
wait_until 60 counted 20
before=$(highest)
started_empty=$(resets)
echo "highest count so far: $before"

say "an edit: another filter; whitespace and keyword case are edited too, and do not count"
sed -i.bak -E 's/^( *)FROM Orders$/\1FROM Orders WHERE price > 1/; s/INSERT INTO/insert   into/' jobs/order-totals.yaml
rm jobs/order-totals.yaml.bak
git commit -q -a -m "Only orders that cost something"
run headgate plan
run headgate apply --yes

say "the counts went on from where they were"
wait_until 60 counted $((before + 20))
echo "highest count now: $(highest), was $before"
if [ "$(resets)" -ne "$started_empty" ]; then echo "a count started again from empty" >&2; exit 1; fi

say "nothing is left to do"
run headgate plan --detailed-exitcode

if [ "$keep" = yes ]; then
  say "Flink runs on; look around in $demo"
  echo "headgate local status; headgate status; headgate graph order-totals; headgate local down"
fi
