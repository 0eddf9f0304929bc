"""`completion`: shell completion made from the parser itself, so that it cannot fall behind."""

from __future__ import annotations

import argparse

from tracker.config import Config
from tracker.faces.exits import Exit
from tracker.faces.out import Out


def completion(args: argparse.Namespace, _config: Config, out: Out, _now: int) -> Exit:
    """`tracker completion SHELL`."""
    out.line({"bash": _bash, "zsh": _zsh, "fish": _fish}[args.shell](_commands()).rstrip("\n"))
    out.flush()
    return Exit.DONE


_Commands = dict[str, tuple[str, list[tuple[list[str], str]]]]


def _commands() -> _Commands:
    """Command -> (summary, its options with their help)."""
    from tracker.faces.cli import parser

    top = parser()
    found: _Commands = {}
    for action in top._actions:
        if isinstance(action, argparse._SubParsersAction):
            summaries = {choice.dest: choice.help or "" for choice in action._choices_actions}
            for name, sub in action.choices.items():
                options = [(list(one.option_strings), one.help or "") for one in sub._actions if one.option_strings]
                found[name] = (summaries.get(name, ""), options)
    return found


def _words(options: list[tuple[list[str], str]]) -> str:
    return " ".join(word for strings, _ in options for word in strings)


def _bash(commands: _Commands) -> str:
    cases = "\n".join(f'        {name}) words="{_words(options)}" ;;' for name, (_, options) in commands.items())
    return f"""\
# bash completion for tracker
_tracker() {{
    local current="${{COMP_WORDS[COMP_CWORD]}}" command="" words="" word
    for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
        case "$word" in -*) ;; *) command="$word"; break ;; esac
    done
    case "$command" in
        "") words="{" ".join(commands)} --help --version --server --offline --verbose" ;;
{cases}
    esac
    case "$command:$current" in
        completion:*) words="bash zsh fish" ;;
        show:[!-]*|thread:[!-]*|unfollow:[!-]*|sync:[!-]*|show:|thread:|unfollow:|sync:)
            words="$(tracker list 2>/dev/null | cut -f1)" ;;
        import:[!-]*|import:) COMPREPLY=($(compgen -f -- "$current")); return ;;
    esac
    COMPREPLY=($(compgen -W "$words" -- "$current"))
}}
complete -o filenames -F _tracker tracker
"""


def _zsh(commands: _Commands) -> str:
    listed = "\n".join(f"        '{name}:{_quote(summary)}'" for name, (summary, _) in commands.items())
    cases = "\n".join(f"        {name}) compadd -- {_words(options)} ;;" for name, (_, options) in commands.items())
    return f"""\
#compdef tracker
_tracker() {{
    local -a commands
    commands=(
{listed}
    )
    if (( CURRENT == 2 )); then
        _describe command commands
        return
    fi
    case "$words[2]" in
        import) _files ;;
        show|thread|unfollow|sync) compadd -- ${{(f)"$(tracker list 2>/dev/null | cut -f1)"}} ;;
        completion) compadd -- bash zsh fish ;;
    esac
    case "$words[2]" in
{cases}
    esac
}}
compdef _tracker tracker
"""


def _fish(commands: _Commands) -> str:
    lines = ["# fish completion for tracker", "complete -c tracker -f"]
    for name, (summary, options) in commands.items():
        lines.append(f"complete -c tracker -n __fish_use_subcommand -a {name} -d '{_quote(summary)}'")
        for strings, text in options:
            flags = " ".join(f"-l {one[2:]}" if one.startswith("--") else f"-s {one[1:]}" for one in strings)
            lines.append(f"complete -c tracker -n '__fish_seen_subcommand_from {name}' {flags} -d '{_quote(text)}'")
    topics = "(tracker list 2>/dev/null | string replace -r '\\t.*' '')"
    lines.append(f'complete -c tracker -n "__fish_seen_subcommand_from show thread unfollow sync" -a "{topics}"')
    lines.append('complete -c tracker -n "__fish_seen_subcommand_from import" -F')
    lines.append('complete -c tracker -n "__fish_seen_subcommand_from completion" -a "bash zsh fish"')
    return "\n".join(lines) + "\n"


def _quote(text: str) -> str:
    return text.replace("\\", "").replace("'", "’")
