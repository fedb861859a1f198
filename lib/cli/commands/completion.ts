import { Argument, type Command } from "commander";
import { newCommand } from "../program/new-command";
import { type Session } from "../program/session";

const SHELLS = ["bash", "zsh", "fish"] as const;
type Shell = (typeof SHELLS)[number];

export function completionCommand({ output }: Session): Command {
  return newCommand("completion", {
    description: "Prints a script that lets a shell complete commands, options, devices and their members.",
    examples: [
      ["source <(rigwire completion bash)", "in ~/.bashrc; for zsh the same in ~/.zshrc, after compinit"],
      ["rigwire completion fish > ~/.config/fish/completions/rigwire.fish", "once"],
    ],
  })
    .addArgument(new Argument("<shell>", "whose script").choices(SHELLS))
    .action((shell: Shell) => {
      if (output.json) output.record({ shell, script: SCRIPTS[shell] });
      else output.raw(SCRIPTS[shell]);
    });
}

/** Words are taken from the line itself: bash splits URLs at their colons. Without -r, a backslash keeps a space in its word. */
const BASH = `_rigwire() {
  local line="\${COMP_LINE:0:COMP_POINT}" candidate
  local -a words
  read -a words <<< "$line"
  [[ "$line" == *[[:space:]] ]] && words+=("")
  COMPREPLY=()
  while IFS=$'\\t' read -r candidate _; do
    COMPREPLY+=("$(printf '%q' "$candidate")")
  done < <(rigwire __complete -- "\${words[@]:1}" 2>/dev/null)
}
complete -o default -F _rigwire rigwire
`;

const ZSH = `#compdef rigwire
_rigwire() {
  local -a candidates
  local text about
  while IFS=$'\\t' read -r text about; do
    candidates+=("\${text//:/\\\\:}\${about:+:$about}")
  done < <(rigwire __complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#candidates} )); then
    _describe 'rigwire' candidates
  else
    _files
  fi
}
if [[ "$funcstack[1]" == _rigwire ]]; then
  _rigwire "$@"
else
  compdef _rigwire rigwire
fi
`;

/** bash and zsh offer files where there is nothing else; fish has to be told. */
const FILE_OPTIONS = ["--keys", "--server-key", "--allow", "--out", "--settings"];

const FISH = `function __rigwire_candidates
  set -l words (commandline -opc) (commandline -ct)
  rigwire __complete -- $words[2..-1] 2>/dev/null
end
function __rigwire_takes_file
  set -l words (commandline -opc)
  contains -- $words[-1] ${FILE_OPTIONS.join(" ")}; or contains -- "$words[2]" serve keygen settings
end
complete -c rigwire -f -a '(__rigwire_candidates)'
complete -c rigwire -n __rigwire_takes_file -F
`;

const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };
