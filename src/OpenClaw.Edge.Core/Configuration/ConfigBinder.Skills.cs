using System.Collections.ObjectModel;

namespace OpenClaw.Edge.Configuration;

/// <content>The <c>skills</c> section.</content>
internal static partial class ConfigBinder
{
    private static SkillsConfig BindSkills(ConfigSection section)
    {
        var d = new SkillsConfig();
        ConfigSection load = section.Section("load");
        ConfigSection limits = section.Section("limits");
        return new SkillsConfig
        {
            ExtraDirs = load.Texts("extraDirs"),
            AllowSymlinkTargets = load.Texts("allowSymlinkTargets"),
            Watch = load.Flag("watch", d.Watch),
            WatchDebounceMs = load.Whole("watchDebounceMs", d.WatchDebounceMs),
            AllowBundled = section.Texts("allowBundled"),
            Pinning = section.Text("pinning", d.Pinning),
            MaxCandidatesPerRoot = limits.Whole("maxCandidatesPerRoot", d.MaxCandidatesPerRoot),
            MaxSkillsLoadedPerSource = limits.Whole("maxSkillsLoadedPerSource", d.MaxSkillsLoadedPerSource),
            MaxSkillsInPrompt = limits.Whole("maxSkillsInPrompt", d.MaxSkillsInPrompt),
            MaxSkillsPromptChars = limits.Whole("maxSkillsPromptChars"),
            MaxSkillFileBytes = limits.Whole("maxSkillFileBytes", d.MaxSkillFileBytes),
            Entries = BindSkillEntries(section.Section("entries")),
        };
    }

    // apiKey is a text, or { source: "env", provider, id } as the original writes references to secrets.
    private static IReadOnlyDictionary<string, SkillEntryConfig> BindSkillEntries(ConfigSection entries)
    {
        var bound = new Dictionary<string, SkillEntryConfig>(StringComparer.Ordinal);
        foreach ((string key, ConfigNode node) in entries.Members)
        {
            var entry = new ConfigSection(node);
            ConfigSection reference = entry.Section("apiKey");
            bound[key] = new SkillEntryConfig
            {
                Enabled = entry.Flag("enabled", true),
                Env = entry.TextMap("env"),
                ApiKey = entry.Text("apiKey"),
                ApiKeyVariable = reference.Text("source") == "env" ? reference.Text("id") : null,
            };
        }

        return bound.Count == 0 ? ReadOnlyDictionary<string, SkillEntryConfig>.Empty : bound;
    }
}
