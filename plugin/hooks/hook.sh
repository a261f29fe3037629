#!/bin/sh
# Every hook of the plugin begins here: hook.sh OCCASION, with the client's JSON on standard input.
# Outside a session of codeflash it ends at once, without reading the input. Inside one only a codeflash agent is checked;
# the check fails closed: where the engine cannot decide, exit status 2 refuses with a line that says what to do.

_cf_occasion=${1:-}
_cf_root=${0%/*}/..
_cf_id=${CLAUDE_CODE_SESSION_ID:-unnamed}
case $_cf_id in */* | .*) _cf_id=unnamed ;; esac
_cf_sessions=${CLAUDE_PLUGIN_DATA:-${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/codeflash}/sessions
_cf_session=$_cf_sessions/$_cf_id # a folder while codeflash is active in this conversation; the engine's hooks keep notes in it

case $_cf_occasion in
    command | agent | start | context) ;; # these may begin a session
    *) [ -d "$_cf_session" ] || exit 0 ;;
esac
_cf_input=$(cat)

_cf_say() { printf 'codeflash: %s\n' "$1" >&2; }

_cf_begin() {
    [ -d "$_cf_session" ] && return 0
    # Conversations that ended without a word leave their folders; half a day after the last use they are gone.
    find "$_cf_sessions" -mindepth 1 -maxdepth 1 -mmin +720 -exec rm -rf {} + 2>/dev/null
    mkdir -p "$_cf_session" 2>/dev/null
}

# Whether the field $1 begins with $2. A quotation mark inside a string of JSON has a backslash before it, so what is found
# is a field and no text of the user's. The clients write no space after the colon; one that did would be understood.
_cf_has() { case $_cf_input in *"\"$1\":$2"* | *"\"$1\": $2"*) return 0 ;; *) return 1 ;; esac; }

case $_cf_occasion in
    command)
        _cf_has command_name '"codeflash:optimize"' && _cf_begin
        exit 0
        ;;
    agent)
        _cf_has subagent_type '"codeflash:' || exit 0
        _cf_begin && exit 0
        _cf_say "$_cf_sessions cannot be written, so the agent's edits could not be checked; make it writable, then start the agent again"
        exit 2
        ;;
    context)
        # The conversation itself may be a codeflash agent (claude --agent).
        _cf_has agent_type '"codeflash:' && _cf_begin
        _cf_has source '"compact"' && [ -d "$_cf_session" ] || exit 0
        ;;
    start)
        _cf_has agent_type '"codeflash:' || exit 0
        _cf_begin
        ;;
    *)
        _cf_has agent_type '"codeflash:' || exit 0 # the user's own conversation, or somebody else's agent
        ;;
esac

printf '%s' "$_cf_input" | "$_cf_root/bin/codeflash-agent" hook "$_cf_occasion" --notes "$_cf_session"
_cf_status=$?
[ "$_cf_status" -eq 0 ] && exit 0
case $_cf_occasion in
    edit)
        _cf_say "this edit could not be checked (status $_cf_status), so it is refused; run \`codeflash-agent status\`, which says what is wrong"
        exit 2
        ;;
    after-shell)
        _cf_say "what this command changed could not be checked (status $_cf_status); run \`codeflash-agent status\` before anything else"
        exit 2
        ;;
    end)
        # Once is enough: an agent that cannot mend this must be able to end.
        _cf_has stop_hook_active 'true' && exit 0
        _cf_say "whether an experiment is open could not be checked (status $_cf_status); run \`codeflash-agent status\`, end what is open, and say in your answer what failed"
        exit 2
        ;;
esac
exit 0
