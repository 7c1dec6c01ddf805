namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>memory</c> section.</summary>
internal static partial class ConfigBinder
{
    private const int MaxExtraPaths = 16;

    // What an agent's own section leaves out is that of all. A server that it names gets no key that was given for another one.
    private static MemorySearchConfig BindMemorySearch(ConfigSection search, MemorySearchConfig d)
    {
        ConfigSection remote = search.Section("remote");
        ConfigSection chunking = search.Section("chunking");
        ConfigSection query = search.Section("query");
        ConfigSection hybrid = query.Section("hybrid");
        ConfigSection decay = hybrid.Section("temporalDecay");
        ConfigSection sync = search.Section("sync");
        ConfigSection cache = search.Section("cache");
        int tokens = chunking.Whole("tokens", d.ChunkTokens);
        string? server = remote.Text("baseUrl");
        bool same = server is null || server == d.RemoteBaseUrl;
        return d with
        {
            Enabled = search.Flag("enabled", d.Enabled),
            Provider = search.Text("provider") ?? d.Provider,
            Model = search.Text("model") ?? d.Model,
            Dimensions = search.Whole("outputDimensionality") ?? d.Dimensions,
            RemoteBaseUrl = server ?? d.RemoteBaseUrl,
            RemoteApiKey = remote.Text("apiKey") ?? (same ? d.RemoteApiKey : null),
            RemoteHeaders = remote.Has("headers") || !same ? remote.TextMap("headers") : d.RemoteHeaders,
            ExtraPaths = [.. d.ExtraPaths, .. BindExtraPaths(search)],
            ChunkTokens = tokens,
            ChunkOverlap = Math.Min(chunking.Whole("overlap", d.ChunkOverlap), tokens / 2),
            MaxResults = query.Whole("maxResults", d.MaxResults),
            MinScore = query.Real("minScore", d.MinScore),
            Hybrid = hybrid.Flag("enabled", d.Hybrid),
            VectorWeight = hybrid.Real("vectorWeight", d.VectorWeight),
            TextWeight = hybrid.Real("textWeight", d.TextWeight),
            Mmr = hybrid.Section("mmr").Flag("enabled", d.Mmr),
            MmrLambda = hybrid.Section("mmr").Real("lambda", d.MmrLambda),
            Decay = decay.Flag("enabled", d.Decay),
            HalfLifeDays = decay.Real("halfLifeDays", d.HalfLifeDays),
            Watch = sync.Flag("watch", d.Watch),
            WatchDebounceMs = sync.Whole("watchDebounceMs", d.WatchDebounceMs),
            Cache = cache.Flag("enabled", d.Cache),
            CacheEntries = cache.Whole("maxEntries", d.CacheEntries),
        };
    }

    // A text, or { path, pattern }.
    private static List<MemoryExtraPath> BindExtraPaths(ConfigSection search)
    {
        List<MemoryExtraPath> paths = [];
        foreach (ConfigNode item in search.Items("extraPaths").Take(MaxExtraPaths))
        {
            if (item.IsText && item.Text.Length > 0)
            {
                paths.Add(new MemoryExtraPath(item.Text, null));
            }
            else if (item.IsObject && new ConfigSection(item) is var entry && entry.Text("path") is { } path)
            {
                paths.Add(new MemoryExtraPath(path, entry.Text("pattern")));
            }
        }

        return paths;
    }
}
