#!/bin/sh
# Miniflare runs this in place of workerd. It notes which process the runtime is before there is anything to lose
# (process id first, time of birth with it), then becomes the runtime.
{ cat "/proc/$$/stat" 2>/dev/null || ps -o pid=,lstart= -p $$; } > "$INVARIUM_RUNTIME_NOTE"
exec "$INVARIUM_WORKERD" "$@"
