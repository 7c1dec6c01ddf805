using System.Collections.Frozen;

namespace OpenClaw.Edge.Configuration;

/// <summary>Knows which keys hold secrets, by the last part of their path.</summary>
internal static class SecretPaths
{
    private static readonly FrozenSet<string> SecretKeys = FrozenSet.ToFrozenSet(
        [
            "token", "password", "secret", "apikey", "api_key", "key", "bottoken", "apptoken", "accesstoken", "refreshtoken",
            "signingsecret", "appsecret", "clientsecret", "corpsecret", "encodingaeskey", "aeskey", "encryptkey",
            "verificationtoken", "webhooksecret", "webhooktoken", "sessionkey", "privatekey", "passphrase", "authorization",
            "x-api-key", "api-key", "proxy-authorization", "cookie",
        ],
        StringComparer.OrdinalIgnoreCase);

    // maps whose keys are chosen by the user: every value may be a secret
    private static readonly FrozenSet<string> SecretMaps = FrozenSet.ToFrozenSet(
        ["headers", "vars", "env"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether the value at this path must not be shown.</summary>
    public static bool IsSecret(string path)
    {
        ReadOnlySpan<char> key = Last(path, out int start);
        return IsSecret(Last(path.AsSpan(0, start), out _), key);
    }

    /// <summary>Whether the value of a key in a parent must not be shown.</summary>
    public static bool IsSecret(ReadOnlySpan<char> parent, ReadOnlySpan<char> key) =>
        SecretKeys.Contains(key.ToString()) || SecretMaps.Contains(parent.ToString())
        || key.EndsWith("Token", StringComparison.Ordinal) || key.EndsWith("Secret", StringComparison.Ordinal)
        || key.EndsWith("Password", StringComparison.Ordinal) || key.EndsWith("ApiKey", StringComparison.Ordinal);

    private static ReadOnlySpan<char> Last(ReadOnlySpan<char> path, out int start)
    {
        if (path.EndsWith("\"]"))
        {
            int open = path.LastIndexOf("[\"");
            start = Math.Max(open, 0);
            return open < 0 ? path : path[(open + 2)..^2];
        }
        int dot = path.LastIndexOf('.');
        start = Math.Max(dot, 0);
        return path[(dot + 1)..];
    }
}
