namespace OpenClaw.Edge.Configuration;

/// <summary>What a change of a key takes: a running gateway follows it (<c>hot</c>), needs a restart (<c>restart</c>), or
/// has no use for it (<c>none</c>).</summary>
public static class ConfigReloadKinds
{
    /// <summary>A running gateway follows the change.</summary>
    public const string Hot = "hot";

    /// <summary>The change takes a restart.</summary>
    public const string Restart = "restart";

    /// <summary>Nothing here reads the key.</summary>
    public const string None = "none";

    // the same keys as Hosting's RestartNeeds, which compares their values
    private static readonly string[] s_restart =
    [
        "gateway.port", "gateway.bind", "gateway.customBindHost", "discovery.mdns.mode", "logging.file", "logging.consoleStyle",
    ];

    /// <summary>The kind of a path; of a section, the strongest below it.</summary>
    public static string Of(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (Array.Exists(s_restart, key => key == path || IsBelow(key, path) || IsBelow(path, key)))
        {
            return Restart;
        }

        return ConfigKeys.All.Any(key => key.Kind == ConfigKeyKind.Ignored && (key.Path == path || IsBelow(path, key.Path)))
            ? None
            : Hot;
    }

    private static bool IsBelow(string path, string above) =>
        above.Length == 0 || (path.StartsWith(above, StringComparison.Ordinal) && path.Length > above.Length && path[above.Length] is '.' or '[');
}
