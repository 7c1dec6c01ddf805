using System.Collections.ObjectModel;

namespace OpenClaw.Edge.Configuration;

/// <content>The <c>session</c> section.</content>
internal static partial class ConfigBinder
{
    /// <summary>Reads a length of time where a bare number is days, as <c>session.maintenance</c> has it; null for <c>false</c> and 0.</summary>
    public static bool TryReadDays(ConfigNode node, out TimeSpan? span)
    {
        span = null;
        if (node.Kind == ConfigNodeKind.False)
        {
            return true;
        }

        string text = node.Kind is ConfigNodeKind.Text or ConfigNodeKind.Number ? node.Text.Trim() : "";
        bool bare = text.Length > 0 && text.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0;
        if (text.Length == 0 || !ConfigValues.TryParseSpan(bare ? text + "d" : text, out TimeSpan read))
        {
            return false;
        }

        span = read > TimeSpan.Zero ? read : null;
        return true;
    }

    /// <summary>Reads a size; null for <c>false</c> and 0.</summary>
    public static bool TryReadSize(ConfigNode node, out long? bytes)
    {
        bytes = null;
        if (node.Kind == ConfigNodeKind.False || (node.Kind is ConfigNodeKind.Text or ConfigNodeKind.Number && node.Text.Trim() == "0"))
        {
            return true;
        }

        if (node.Kind is not (ConfigNodeKind.Text or ConfigNodeKind.Number) || !ByteSize.TryParse(node.Text, out long read))
        {
            return false;
        }

        bytes = read;
        return true;
    }

    private static SessionConfig BindSession(ConfigSection section, ConfigNode? maintenance) => new()
    {
        Scope = section.Text("scope", new SessionConfig().Scope),
        Reset = section.Section("reset") is { Exists: true } reset ? BindReset(reset) : null,
        ResetByType = BindResets(section.Section("resetByType")),
        ResetByChannel = BindResets(section.Section("resetByChannel")),
        ResetTriggers = section.Texts("resetTriggers"),
        Maintenance = BindMaintenance(maintenance),
    };

    private static SessionResetConfig BindReset(ConfigSection section) => new()
    {
        Mode = section.Text("mode"),
        AtHour = section.Whole("atHour"),
        IdleMinutes = section.Whole("idleMinutes"),
    };

    private static IReadOnlyDictionary<string, SessionResetConfig> BindResets(ConfigSection section)
    {
        if (section.Members.Count == 0)
        {
            return ReadOnlyDictionary<string, SessionResetConfig>.Empty;
        }

        Dictionary<string, SessionResetConfig> resets = new(StringComparer.OrdinalIgnoreCase);
        foreach ((string name, ConfigNode node) in section.Members)
        {
            resets[name] = BindReset(new ConfigSection(node));
        }

        return resets;
    }

    private static SessionMaintenanceConfig BindMaintenance(ConfigNode? node)
    {
        SessionMaintenanceConfig d = new();
        ConfigSection section = new(node);
        return new SessionMaintenanceConfig
        {
            WarnOnly = section.Text("mode") == "warn",
            PruneAfter = Days(node, "pruneAfter", d.PruneAfter),
            ArchiveDashboardAfter = Days(node, "archiveDashboardAfter", d.ArchiveDashboardAfter),
            MaxEntries = section.Whole("maxEntries", d.MaxEntries),
            PreserveRecent = Days(node, "preserveRecent", d.PreserveRecent),
            ResetArchiveRetention = Days(node, "resetArchiveRetention", d.ResetArchiveRetention),
            MaxDiskBytes = Size(node, "maxDiskBytes", d.MaxDiskBytes),
            HighWaterBytes = Size(node, "highWaterBytes", d.HighWaterBytes),
        };
    }

    private static TimeSpan? Days(ConfigNode? node, string key, TimeSpan? standIn) =>
        node?.Find(key) is { } value && TryReadDays(value, out TimeSpan? span) ? span : standIn;

    private static long? Size(ConfigNode? node, string key, long? standIn) =>
        node?.Find(key) is { } value && TryReadSize(value, out long? bytes) ? bytes : standIn;
}
