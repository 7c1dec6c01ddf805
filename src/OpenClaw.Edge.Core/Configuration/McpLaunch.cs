namespace OpenClaw.Edge.Configuration;

/// <summary>Tells how MCP servers are started or reached, without what is secret in it.</summary>
public static class McpLaunch
{
    private const string Hidden = "***";

    private static readonly string[] s_secretFlags = ["token", "secret", "password", "key", "auth", "bearer"];

    /// <summary>One line for a person.</summary>
    public static string Describe(McpServerConfig server)
    {
        ArgumentNullException.ThrowIfNull(server);
        if (server.Command is null)
        {
            Uri uri = new(server.Url!.Trim());
            string user = uri.UserInfo.Length > 0 ? uri.UserInfo + "@" : "\0";
            return $"{server.Kind} {uri.GetLeftPart(UriPartial.Path).Replace(user, "", StringComparison.Ordinal)}{(uri.Query.Length > 0 ? "?" + Hidden : "")}";
        }

        List<string> words = [server.Command];
        bool hide = false;
        foreach (string word in server.Args)
        {
            int equals = word.IndexOf('=', StringComparison.Ordinal);
            string flag = equals < 0 ? word : word[..equals];
            bool secret = word.StartsWith('-') && s_secretFlags.Any(end => flag.EndsWith(end, StringComparison.OrdinalIgnoreCase));
            words.Add(hide ? Hidden : secret && equals > 0 ? $"{flag}={Hidden}" : word);
            hide = secret && equals < 0;
        }

        return string.Join(' ', words) + (server.Cwd is null ? "" : $" (cwd={server.Cwd})");
    }
}
