# shellcheck shell=bash
# Sourced by install.sh: all tests, one line each, and how many passed.

passed=0 failed=0
readonly results=$var/test-results

# gate NAME TEXT COMMAND... - a step that counts as one test.
gate() {
  if step "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    return 1
  fi
}

# figure PATTERN FILE - the sum of the numbers behind a pattern; 0 without any.
figure() { { grep -oE "$1[0-9]+" "$2" 2>/dev/null || true; } | awk -F'[^0-9]+' '{ sum += $NF } END { print sum + 0 }'; }

# suite NAME TEXT PASSED FAILED REPORT COMMAND... - runs tests and adds what their
# report says, found by the two patterns. No test run is a failure, too: it has
# shown nothing.
suite() {
  local name=$1 text=$2 good_pattern=$3 bad_pattern=$4 report=$5 good bad status=0
  shift 5
  rm -f "$report"
  step "$name" "$text" "$@" || status=1
  good=$(figure "$good_pattern" "$report")
  bad=$(figure "$bad_pattern" "$report")
  if ((bad == 0)) && ((status != 0 || good == 0)); then bad=1; fi
  ((status == 0 && bad == 0)) || grep -E '^ *(Failed|FAIL|×) ' "$logs/$name.log" | head -n 40 | sed 's/^/           ! /' || true
  printf '             %d passed, %d failed\n' "$good" "$bad"
  passed=$((passed + good))
  failed=$((failed + bad))
}

# What can be run, each with what it sources.
check_scripts() {
  local scripts
  mapfile -t scripts < <(find . -type f -perm -u+x \( -name '*.sh' -o -path './.ci/*' \) \
    -not -path './var/*' -not -path '*/node_modules/*' -not -path '*/bin/*' -not -path '*/obj/*')
  ((${#scripts[@]} > 0)) && shellcheck -x -a "${scripts[@]}"
}

# run_project PROJECT FILTER - the test project's own results.
run_project() {
  local name
  name=$(basename "$1" .csproj)
  local arguments=(--results-directory "$results" --logger "trx;LogFileName=$name.trx")
  [[ -z $2 ]] || arguments+=(--filter "$2")
  suite "$name" "tests: $name" ' passed="' ' (failed|error|timeout|aborted)="' "$results/$name.trx" \
    timeout --kill-after=30 1500 dotnet test "${1%/*}/bin/$configuration/net10.0/$name.dll" "${arguments[@]}"
}

# run_tests FILTER
run_tests() {
  local begun project projects
  begun=$(now_ms)
  need_sdks
  need_packages "${demo_packages[@]}" "${test_packages[@]}"
  mkdir -p "$results"

  gate shellcheck 'scripts: ShellCheck' check_scripts || true

  if gate npm 'portal: its packages' install_portal; then
    gate lint 'portal: ESLint, types, texts' npm --prefix frontend run lint || true
    gate prettier 'portal: layout' npm --prefix frontend run format:check || true
    suite vitest 'portal: tests' '"numPassedTests":' '"numFailedTests":' "$results/portal.json" \
      npm --prefix frontend test -- --reporter=default --reporter=json "--outputFile=$results/portal.json"
    gate portal 'portal: built' build_portal || true
  fi

  mapfile -t projects < <(printf '%s\n' tests/*/*.csproj | grep -vE '/(Broker\.(Testing|Benchmarks)|VirtualBox\.Simulator)\.csproj$')
  if gate build 'Broker.sln: built' build Broker.sln; then
    # Style beyond white space is the compiler's matter: there it is an error.
    gate format 'C#: layout' dotnet format whitespace Broker.sln --no-restore --verify-no-changes || true
    for project in "${projects[@]}"; do run_project "$project" "$1"; done
  else
    # What could not be built counts, and the rest still runs.
    for project in "${projects[@]}"; do
      if gate "build-$(basename "$project")" "$project: built" build "$project"; then
        run_project "$project" "$1"
      fi
    done
  fi

  if [[ -z $1 ]]; then
    need_packages mmdebstrap systemd-container
    gate system 'installation: in a bare Debian' tests/system/chroot.sh || true
    gate systemd 'installation: as services of a machine' tests/system/systemd.sh || true
    gate dev 'development: as an ordinary user' tests/system/dev.sh || true
  fi

  report $(($(now_ms) - begun)) 'all of it'
  echo "$passed passed, $failed failed"
  ((failed == 0 && passed > 0))
}
