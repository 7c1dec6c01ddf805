using System.Collections.ObjectModel;

namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>skills</c> section.</summary>
public sealed record SkillsConfig
{
    /// <summary>Further folders to look in, after all others; <c>~</c> is the home.</summary>
    public IReadOnlyList<string> ExtraDirs { get; init; } = [];

    /// <summary>Folders that links of a skills folder may lead to.</summary>
    public IReadOnlyList<string> AllowSymlinkTargets { get; init; } = [];

    /// <summary>Whether clients that have looked at skills are told when files change.</summary>
    public bool Watch { get; init; } = true;

    /// <summary>How long files must be quiet before that is told, in milliseconds.</summary>
    public int WatchDebounceMs { get; init; } = 250;

    /// <summary>Bundled skills that may be used, by key or name; empty means all.</summary>
    public IReadOnlyList<string> AllowBundled { get; init; } = [];

    /// <summary>What happens to a skill that changed since it was first seen: <c>hold</c> keeps it from the model until a person
    /// accepts it, <c>warn</c> warns, <c>off</c> does not look.</summary>
    public string Pinning { get; init; } = "hold";

    /// <summary>Folders of one root that are looked at.</summary>
    public int MaxCandidatesPerRoot { get; init; } = 300;

    /// <summary>Skills of one root that are taken.</summary>
    public int MaxSkillsLoadedPerSource { get; init; } = 200;

    /// <summary>Skills that the prompt names.</summary>
    public int MaxSkillsInPrompt { get; init; } = 150;

    /// <summary>Characters of the prompt that skills take; <see langword="null"/> means by the model's window.</summary>
    public int? MaxSkillsPromptChars { get; init; }

    /// <summary>Bytes of the largest <c>SKILL.md</c> that is read.</summary>
    public int MaxSkillFileBytes { get; init; } = 256_000;

    /// <summary>Settings of single skills, by their key.</summary>
    public IReadOnlyDictionary<string, SkillEntryConfig> Entries { get; init; } = ReadOnlyDictionary<string, SkillEntryConfig>.Empty;
}
