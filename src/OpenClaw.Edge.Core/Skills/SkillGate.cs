using System.Text.Json;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Skills;

/// <summary>Says what of a skill's needs is missing on this machine, under one configuration. Made for one look.</summary>
internal sealed class SkillGate
{
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private readonly ConfigSnapshot _snapshot;
    private readonly string[] _path;
    private readonly Dictionary<string, bool> _programs = new(StringComparer.Ordinal);
    private JsonElement? _config;

    public SkillGate(ConfigSnapshot snapshot)
    {
        _snapshot = snapshot;
        _path =
        [
            .. snapshot.Config.Tools.Exec.PathPrepend,
            .. (snapshot.Environment["PATH"] ?? DefaultPath).Split(':', StringSplitOptions.RemoveEmptyEntries),
        ];
    }

    /// <summary>What is missing.</summary>
    public SkillNeeds Missing(SkillManifest skill, SkillEntryConfig? entry)
    {
        SkillNeeds needs = skill.Requires;
        IReadOnlyList<string> os = needs.Os.Count == 0 || needs.Os.Contains("linux") ? [] : needs.Os;
        return skill.Always || needs.IsEmpty
            ? SkillNeeds.None with { Os = os }
            : new SkillNeeds(
                [.. needs.Bins.Where(bin => !HasProgram(bin))],
                needs.AnyBins.Any(HasProgram) ? [] : needs.AnyBins,
                [.. needs.Env.Where(name => ValueOf(name, skill, entry) is null)],
                [.. needs.Config.Where(path => !IsSet(path))],
                os);
    }

    /// <summary>The value that a command gets for a variable of a skill; null when nobody gives one.</summary>
    public string? ValueOf(string name, SkillManifest skill, SkillEntryConfig? entry) =>
        _snapshot.Environment[name] ?? Given(entry?.Env.GetValueOrDefault(name))
        ?? (name == skill.PrimaryEnv ? Given(entry?.ApiKey) ?? (entry?.ApiKeyVariable is { } variable ? _snapshot.Environment[variable] : null) : null);

    private static string? Given(string? value) => string.IsNullOrWhiteSpace(value) ? null : value;

    private bool HasProgram(string name)
    {
        if (!_programs.TryGetValue(name, out bool there))
        {
            there = name.Length > 0 && !name.Contains('/', StringComparison.Ordinal) && Array.Exists(_path, folder => IsProgram(Path.Combine(folder, name)));
            _programs[name] = there;
        }

        return there;
    }

    private static bool IsProgram(string path)
    {
        try
        {
            return File.Exists(path)
                && (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private bool IsSet(string path)
    {
        if (_config is null)
        {
            Utf8JsonReader reader = new(_snapshot.Json.Span);
            _config = JsonElement.ParseValue(ref reader);
        }

        JsonElement at = _config.Value;
        foreach (string step in path.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(step, out at))
            {
                return false;
            }
        }

        return at.ValueKind switch
        {
            JsonValueKind.True or JsonValueKind.Object or JsonValueKind.Array => true,
            JsonValueKind.Number => at.GetDouble() != 0,
            JsonValueKind.String => !string.IsNullOrWhiteSpace(at.GetString()),
            _ => false,
        };
    }
}
