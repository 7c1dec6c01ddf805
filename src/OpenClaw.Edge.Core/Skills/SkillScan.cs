using System.Globalization;
using System.Text;

namespace OpenClaw.Edge.Skills;

/// <summary>Looks through a skill's files for what attacks are made of. It warns and decides nothing: a clean scan is no proof.
/// Stateless.</summary>
internal static class SkillScan
{
    private const int MaxFindings = 20;
    private const int MaxTextChars = 160;
    private const int MaxLineChars = 4_000;

    private static readonly string[] s_shells =
        ["sh", "bash", "zsh", "dash", "ash", "ksh", "fish", "python", "python3", "node", "perl", "ruby", "php", "iex", "invoke-expression"];

    private static readonly string[] s_secrets =
    [
        ".ssh/", "id_rsa", "id_ed25519", ".aws/credentials", ".netrc", ".gnupg", ".kube/config", ".docker/config.json", "/etc/shadow", ".git-credentials",
        ".config/gh/hosts", "openclaw.json", "gateway-token", "auth-profiles", "exec-approvals.json", ".npmrc", ".pypirc", "wallet.dat",
    ];

    private static readonly string[] s_lasting = ["authorized_keys", ".bashrc", ".profile", ".zshrc", "/etc/cron", "crontab -", "systemctl enable", "/etc/sudoers"];

    private static readonly string[] s_orders =
    [
        "ignore previous instructions", "ignore all previous", "ignore the above", "ignore prior instructions", "disregard previous", "disregard all",
        "disregard the above", "forget previous instructions", "forget your instructions", "new system prompt", "you are now ", "do not tell the user",
        "don't tell the user", "without telling the user", "without asking the user", "without user confirmation", "hide this from", "never mention this",
        "bypass approval", "exfiltrate",
    ];

    /// <summary>Whether a character shows nothing or turns the direction of writing; joiners of emoji and scripts are not meant.</summary>
    public static bool IsHidden(char letter) => letter is '\u200B' or '\u2060' or '\u00AD' or '\u180E' or (>= '\u202A' and <= '\u202E')
        or (>= '\u2061' and <= '\u2064') or (>= '\u2066' and <= '\u2069') or '\uFEFF' or '\uDB40'; // U+E0000 and up begin with U+DB40

    /// <summary>Adds what is found in one text file.</summary>
    public static void Look(string file, string text, List<SkillFinding> findings)
    {
        int number = 0;
        foreach (ReadOnlySpan<char> whole in text.AsSpan().TrimStart('\uFEFF').EnumerateLines())
        {
            number++;
            if (findings.Count >= MaxFindings)
            {
                return;
            }

            ReadOnlySpan<char> line = whole.Length > MaxLineChars ? whole[..MaxLineChars] : whole;
            if (line.IsWhiteSpace())
            {
                continue;
            }

            string low = line.ToString().ToLowerInvariant();
            if (Rule(low) is { } found || Hides(line, out found))
            {
                findings.Add(new SkillFinding(found.Rule, found.Critical, file, number, Shown(line)));
            }
        }
    }

    private static (string Rule, bool Critical)? Rule(string line) =>
        PipesToShell(line) ? ("pipe-to-shell", true)
        : line.Contains("/dev/tcp/", StringComparison.Ordinal) || line.Contains("nc -e", StringComparison.Ordinal) || line.Contains("ncat -e", StringComparison.Ordinal) ? ("reverse-shell", true)
        : RemovesAll(line) ? ("remove-all", true)
        : Has(line, s_orders) ? ("prompt-injection", true)
        : Has(line, s_secrets) ? ("credential-path", false)
        : Has(line, s_lasting) ? ("persistence", false)
        : line.Contains("base64", StringComparison.Ordinal) && (line.Contains(" -d", StringComparison.Ordinal) || line.Contains("--decode", StringComparison.Ordinal) || line.Contains("b64decode", StringComparison.Ordinal)) ? ("base64-decode", false)
        : null;

    // curl … | sh, base64 -d … | sh, bash <(curl …), eval "$(curl …)"
    private static bool PipesToShell(string line)
    {
        string[] steps = line.Split('|');
        for (int i = 1; i < steps.Length; i++)
        {
            if (Fetches(steps[i - 1]) && s_shells.Contains(Program(steps[i])))
            {
                return true;
            }
        }

        foreach (string opening in (string[])["$(", "<(", "`"])
        {
            int at = line.IndexOf(opening, StringComparison.Ordinal);
            if (at > 0 && Fetches(line[at..]) && (Has(line[..at], ["eval ", "source "]) || s_shells.Any(shell => line[..at].TrimEnd(' ', '"', '\'').EndsWith($"{shell} -c", StringComparison.Ordinal) || line[..at].TrimEnd().EndsWith($"{shell}", StringComparison.Ordinal))))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Fetches(string step) =>
        Has(step, ["curl ", "wget ", "iwr ", "invoke-webrequest"]) || (step.Contains("base64", StringComparison.Ordinal) && Has(step, [" -d", "--decode"]));

    private static string Program(string step)
    {
        foreach (string word in step.Split([' ', '\t', '`', '"', '\'', ')', ';'], StringSplitOptions.RemoveEmptyEntries))
        {
            string program = word[(word.LastIndexOf('/') + 1)..];
            if (program is not ("sudo" or "env" or "exec" or "nohup") && !word.StartsWith('-') && !word.Contains('=', StringComparison.Ordinal))
            {
                return program;
            }
        }

        return "";
    }

    // rm with r and f on the root, the home, or everything here.
    private static bool RemovesAll(string line)
    {
        string[] words = line.Split([' ', '\t', ';', '`', '"', '\'', '(', ')'], StringSplitOptions.RemoveEmptyEntries);
        int rm = Array.FindIndex(words, word => word is "rm" or "/bin/rm");
        if (rm < 0)
        {
            return false;
        }

        string[] rest = words[(rm + 1)..];
        bool forced = rest.Any(word => word is "--recursive" || (word.StartsWith('-') && !word.StartsWith("--", StringComparison.Ordinal) && word.Contains('r', StringComparison.Ordinal)));
        return forced && rest.Any(word => word is "/" or "/*" or "~" or "~/" or "~/*" or "$home" or "${home}" or "$home/" or "$home/*" or "*" or "--no-preserve-root");
    }

    private static bool Hides(ReadOnlySpan<char> line, out (string Rule, bool Critical) found)
    {
        found = ("invisible-text", true);
        foreach (char letter in line)
        {
            if (IsHidden(letter))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Has(string text, string[] marks) => Array.Exists(marks, mark => text.Contains(mark, StringComparison.Ordinal));

    private static string Shown(ReadOnlySpan<char> line)
    {
        StringBuilder shown = new(MaxTextChars);
        foreach (char letter in line.Trim())
        {
            if (shown.Length >= MaxTextChars)
            {
                return shown.Append('…').ToString();
            }

            if (IsHidden(letter) || char.IsControl(letter) || char.IsSurrogate(letter))
            {
                shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:X4}");
            }
            else
            {
                shown.Append(letter);
            }
        }

        return shown.ToString();
    }
}
