using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Protocol.Json5;

namespace OpenClaw.Edge.Skills;

/// <summary>What a skill says of itself in the head of its <c>SKILL.md</c>. Source: docs/skills.md.</summary>
public sealed record SkillManifest
{
    /// <summary>Longest name in characters.</summary>
    public const int MaxNameChars = 64;

    private const int MaxDescriptionChars = 1024; // what the AgentSkills document allows
    private const int MaxWords = 64; // of one list

    /// <summary>Name; one line of visible characters.</summary>
    public required string Name { get; init; }

    /// <summary>What it is for; one line.</summary>
    public required string Description { get; init; }

    /// <summary>Key of <c>skills.entries</c>; the name unless the skill says otherwise.</summary>
    public required string Key { get; init; }

    /// <summary>Emoji for a person.</summary>
    public string? Emoji { get; init; }

    /// <summary>Address for a person.</summary>
    public string? Homepage { get; init; }

    /// <summary>Variable that <c>skills.entries.&lt;key&gt;.apiKey</c> stands for.</summary>
    public string? PrimaryEnv { get; init; }

    /// <summary>Whether it is there whatever it needs, except for the operating system.</summary>
    public bool Always { get; init; }

    /// <summary>Whether a person may call it by a command.</summary>
    public bool UserInvocable { get; init; } = true;

    /// <summary>Whether the model is told of it.</summary>
    public bool ModelInvocable { get; init; } = true;

    /// <summary>What it needs; every list may be empty.</summary>
    public SkillNeeds Requires { get; init; } = SkillNeeds.None;

    /// <summary>Ways to install what it needs, in words; nothing is installed from here.</summary>
    public IReadOnlyList<SkillInstall> Install { get; init; } = [];

    /// <summary>Reads a <c>SKILL.md</c>. Never throws on input.</summary>
    /// <param name="text">The whole file.</param>
    /// <param name="folder">Name of its folder, which is the skill's name where it gives none.</param>
    /// <param name="manifest">The skill.</param>
    /// <param name="problem">What is wrong, for a person.</param>
    public static bool TryRead(string text, string folder, [NotNullWhen(true)] out SkillManifest? manifest, out string problem)
    {
        manifest = null;
        if (!FrontMatter.TryRead(text, out JsonElement head, out problem))
        {
            return false;
        }

        string name = Line(Text(head, "name") ?? folder);
        string description = Line(Text(head, "description") ?? "");
        problem = name.Length is 0 or > MaxNameChars ? $"its name must have 1 to {MaxNameChars} characters"
            : description.Length == 0 ? "it has no description"
            : "";
        if (problem.Length > 0)
        {
            return false;
        }

        JsonElement about = About(head);
        JsonElement requires = Member(about, "requires");
        manifest = new SkillManifest
        {
            Name = name,
            Description = description.Length > MaxDescriptionChars ? description[..MaxDescriptionChars] : description,
            Key = Text(about, "skillKey") is { } key ? Line(key) : name,
            Emoji = Text(about, "emoji"),
            Homepage = Text(about, "homepage") ?? Text(head, "homepage"),
            PrimaryEnv = Text(about, "primaryEnv"),
            Always = Flag(about, "always", false),
            UserInvocable = Flag(head, "user-invocable", true),
            ModelInvocable = !Flag(head, "disable-model-invocation", false),
            Requires = new SkillNeeds(
                Words(requires, "bins"), Words(requires, "anyBins"), Words(requires, "env"), Words(requires, "config"), Words(about, "os")),
            Install = Installers(Member(about, "install")),
        };
        return true;
    }

    // metadata.openclaw, or clawdbot of older skills; the block may be written as a text of JSON5.
    private static JsonElement About(JsonElement head)
    {
        JsonElement metadata = Member(head, "metadata");
        if (metadata.ValueKind == JsonValueKind.String
            && Json5Transcoder.TryTranscode(Encoding.UTF8.GetBytes(metadata.GetString()!), out Json5Document? document, out _))
        {
            using JsonDocument parsed = JsonDocument.Parse(document.Json);
            metadata = parsed.RootElement.Clone();
        }

        JsonElement own = Member(metadata, "openclaw");
        return own.ValueKind == JsonValueKind.Object ? own : Member(metadata, "clawdbot");
    }

    private static SkillInstall[] Installers(JsonElement list) => list.ValueKind != JsonValueKind.Array ? [] :
    [
        .. list.EnumerateArray().Take(MaxWords).Select((spec, index) => Installer(spec, index)).OfType<SkillInstall>(),
    ];

    private static SkillInstall? Installer(JsonElement spec, int index)
    {
        if (Text(spec, "kind") is not { } kind || (Words(spec, "os") is { Count: > 0 } os && !os.Contains("linux")))
        {
            return null;
        }

        string? what = Text(spec, "formula") ?? Text(spec, "package") ?? Text(spec, "module") ?? Text(spec, "url");
        string label = Text(spec, "label") ?? (kind == "download" ? $"Download {what}" : $"Install {what} ({kind})");
        return new SkillInstall(Text(spec, "id") ?? $"{kind}-{index}", kind, Line(label), Words(spec, "bins"));
    }

    private static JsonElement Member(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement value) ? value : default;

    private static string? Text(JsonElement parent, string name) =>
        Member(parent, name) is { ValueKind: JsonValueKind.String } text && text.GetString()!.Trim() is { Length: > 0 } said ? said : null;

    private static bool Flag(JsonElement parent, string name, bool standIn)
    {
        JsonElement value = Member(parent, name);
        return value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.String when value.GetString() is "yes" or "on" or "1" => true,
            JsonValueKind.String when value.GetString() is "no" or "off" or "0" => false,
            _ => standIn,
        };
    }

    // A list, or one text with commas.
    private static IReadOnlyList<string> Words(JsonElement parent, string name)
    {
        JsonElement value = Member(parent, name);
        IEnumerable<string> words = value.ValueKind switch
        {
            JsonValueKind.Array => value.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!),
            JsonValueKind.String => value.GetString()!.Split(','),
            _ => [],
        };
        return [.. words.Select(Line).Where(word => word.Length > 0).Distinct(StringComparer.Ordinal).Take(MaxWords)];
    }

    // One line that shows all it holds: no breaks, no control characters, nothing invisible, nothing that turns the direction of writing.
    private static string Line(string text)
    {
        StringBuilder plain = new(text.Length);
        foreach (Rune letter in text.EnumerateRunes())
        {
            bool hidden = letter.Value is >= 0xE0000 and < 0xE1000 || (letter.IsBmp && SkillScan.IsHidden((char)letter.Value));
            plain.Append(Rune.IsWhiteSpace(letter) ? " " : hidden || Rune.IsControl(letter) ? "" : letter.ToString());
        }

        return string.Join(' ', plain.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }
}
