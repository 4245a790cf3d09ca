# Stops the children of an AppHost that was killed. The AppHost says on standard input what it has started and what has ended:
#   + <process id> <TERM or INT> <service or server>
#   - <process id>
# The input ends with the AppHost, however that ends. Then what is left is stopped: services first and all at once, because they
# need the servers while they stop; then the servers, the latest first. What has not stopped after 10 seconds is killed.
exec >/dev/null 2>&1
trap '' INT TERM HUP QUIT
cd /

# When a process started, so that a later one with the same id is let alone; fails where there is none.
started() {
  if [ -d /proc/self ]; then
    line=$(cat "/proc/$1/stat") || return 1
    set -- ${line##*) }
    [ "$1" != Z ] && echo "${20}"
  else
    set -- $(ps -o stat= -o lstart= -p "$1")
    case $1 in '' | Z*) return 1 ;; esac
    shift
    echo "$*" | tr -cd '[:alnum:]'
  fi
}

# Takes "<id>:<signal>:<kind>:<start>" apart.
read_child() {
  rest=$1
  id=${rest%%:*} rest=${rest#*:}
  signal=${rest%%:*} rest=${rest#*:}
  kind=${rest%%:*} start=${rest#*:}
}

runs() {
  read_child "$1"
  [ "$(started "$id")" = "$start" ]
}

any_runs() {
  for one in "$@"; do runs "$one" && return 0; done
  return 1
}

stop_all() {
  for child in "$@"; do runs "$child" && kill -s "$signal" "$id"; done
  tries=100
  while [ $tries -gt 0 ] && any_runs "$@"; do
    sleep 0.1
    tries=$((tries - 1))
  done
  # With all that it started: each child leads a group of its own.
  for child in "$@"; do runs "$child" && { kill -9 "-$id"; kill -9 "$id"; }; done
}

children=
while read -r what pid how sort; do
  case $what in
    +) began=$(started "$pid") && children="$pid:$how:$sort:$began $children" ;;
    -)
      kept=
      for child in $children; do [ "${child%%:*}" = "$pid" ] || kept="$kept $child"; done
      children=$kept
      ;;
  esac
done

services=
for child in $children; do read_child "$child"; [ "$kind" = service ] && services="$services $child"; done
stop_all $services
for server in $children; do
  read_child "$server"
  [ "$kind" = server ] && stop_all "$server"
done
exit 0
