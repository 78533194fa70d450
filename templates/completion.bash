# Completes the command lines of qgen in bash, which calls qgen itself for what may follow.
_qgen_completion() {
    local line kind value
    COMPREPLY=()
    while IFS= read -r line; do
        [[ $line == *,* ]] || continue
        kind=${line%%,*}
        value=${line#*,}
        case $kind in
        dir)
            # bash adds the slash, and no space
            compopt -o filenames
            while IFS= read -r value; do
                COMPREPLY+=("$value")
            done < <(compgen -d -- "${COMP_WORDS[COMP_CWORD]}")
            ;;
        file)
            compopt -o default
            ;;
        *)
            COMPREPLY+=("$value")
            ;;
        esac
    done < <(COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD=$COMP_CWORD _QGEN_COMPLETE=bash_complete "$1")
    return 0
}
complete -o nosort -F _qgen_completion qgen
