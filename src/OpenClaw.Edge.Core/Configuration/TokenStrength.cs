namespace OpenClaw.Edge.Configuration;

/// <summary>Judges a shared secret that a person chose.</summary>
public static class TokenStrength
{
    /// <summary>Fewest characters of a token.</summary>
    public const int MinTokenLength = 16;

    /// <summary>Fewest characters of a password: it may be typed, and failures are rate-limited.</summary>
    public const int MinPasswordLength = 10;

    private const int MinDistinct = 8; // guess: a random hex token of 16 has 10 or more but for 1 in 100

    private static readonly string[] Placeholders =
    [
        "changeme", "change-me", "change_me", "yourtoken", "your-token", "your_token", "your-secure-token", "your-secret",
        "yoursecret", "your_secret", "placeholder", "replaceme", "replace-me", "replace_me", "example", "secret-token",
        "mysecret", "my-secret", "my-token", "mytoken", "password", "passw0rd", "letmein", "test-token", "testtoken",
        "default-token", "insert-token", "token-here", "tokenhere", "qwerty", "openssl rand", "xxxxxx", "<token>", "todo",
        "12345678",
    ];

    /// <summary>Why the secret is weak, for a person, or null when nothing speaks against it.</summary>
    public static string? WeaknessOf(string secret, bool password = false)
    {
        ArgumentNullException.ThrowIfNull(secret);
        int least = password ? MinPasswordLength : MinTokenLength;
        foreach (string placeholder in Placeholders)
        {
            if (secret.Contains(placeholder, StringComparison.OrdinalIgnoreCase))
            {
                return $"it looks like a placeholder (contains \"{placeholder}\")";
            }
        }
        if (secret.Contains("${", StringComparison.Ordinal))
        {
            return "it holds a variable that was not replaced";
        }
        if (secret.Length < least)
        {
            return $"it has {secret.Length} characters; at least {least} are wanted";
        }
        int distinct = secret.Distinct().Count();
        if (distinct < MinDistinct)
        {
            return $"it has only {distinct} different characters";
        }
        return IsRun(secret) ? "its characters follow one another" : null;
    }

    private static bool IsRun(string secret)
    {
        int steps = 0;
        for (int i = 1; i < secret.Length; i++)
        {
            steps += Math.Abs(secret[i] - secret[i - 1]) <= 1 ? 1 : 0;
        }
        return steps * 4 >= secret.Length * 3; // three quarters are neighbours, as in 0123456789abcdef
    }
}
