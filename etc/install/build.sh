# shellcheck shell=bash
# Sourced by install.sh: building, formatting, measuring.

readonly configuration=Release

# Its socket stays where .NET makes it.
end_compiler() {
  pkill -f -- "-pipename:$SharedCompilationId" || true
  rm -f "${TMPDIR:-/tmp}/$SharedCompilationId"
}

# build PROJECT - or the whole solution.
build() {
  local status=0
  dotnet build "$1" -c "$configuration" -v quiet || status=$?
  end_compiler
  return "$status"
}

# build_portal - frontend/dist, which the front end serves. What is installed
# already and what is built of the same sources stays.
install_portal() { npm --prefix frontend ci --no-audit --no-fund; }
build_portal() { npm --prefix frontend run build; }

portal_needs_install() { [[ ! -f frontend/node_modules/.package-lock.json || frontend/package-lock.json -nt frontend/node_modules/.package-lock.json ]]; }
portal_needs_build() {
  [[ ! -f frontend/dist/index.html ]] ||
    [[ -n $(find frontend -path frontend/node_modules -prune -o -path frontend/dist -prune -o -type f -newer frontend/dist/index.html -print -quit) ]]
}

# What the demo runs; built again only when a source is newer.
build_program() {
  local project
  for project in Broker.Backend Broker.Frontend Broker.Cli; do
    dotnet build "src/$project" -c "$configuration" -v quiet || { end_compiler; return 1; }
  done
  end_compiler
  touch "$var/build.stamp"
}
program_needs_build() {
  [[ ! -f $var/build.stamp || ! -f src/Broker.Cli/bin/$configuration/net10.0/broker.dll ]] ||
    [[ -n $(find src sql Directory.*.props global.json -type f -not -path '*/bin/*' -not -path '*/obj/*' -newer "$var/build.stamp" -print -quit) ]]
}

# need_portal, need_program - for what is to be used, not tested.
need_portal() {
  if portal_needs_install; then step npm 'portal: its packages' install_portal || exit 1; fi
  if portal_needs_build; then step portal 'portal: built' build_portal || exit 1; fi
}
need_program() { step build "$1: built" build "$1" || exit 1; }

run_benchmark() {
  need_sdks
  need_packages "${demo_packages[@]}" "${c_packages[@]}" >&2
  need_program tests/Broker.Benchmarks >&2
  exec dotnet "tests/Broker.Benchmarks/bin/$configuration/net10.0/Broker.Benchmarks.dll" "$1"
}

format_code() {
  need_sdks
  if portal_needs_install; then step npm 'portal: its packages' install_portal || exit 1; fi
  step restore 'packages of .NET' dotnet restore Broker.sln || exit 1
  step format 'C#' dotnet format Broker.sln --no-restore || exit 1
  step prettier 'portal' npm --prefix frontend run format || exit 1
}
