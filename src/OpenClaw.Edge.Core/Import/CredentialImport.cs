using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Import;

/// <summary>Keys of the original: its <c>.env</c>, and the API keys among its auth profiles, as lines of our <c>.env</c>. A variable that
/// is set there stays. Sign-ins (OAuth) are not taken: two programs that renew one would lock each other out.</summary>
internal sealed class CredentialImport(ImportDesk desk)
{
    private const int MostBytes = 4 << 20;

    private readonly List<ImportRow> _rows = [];
    private readonly HashSet<string> _planned = new(StringComparer.Ordinal);

    /// <summary>One row a variable or profile; no value is in it.</summary>
    public IReadOnlyList<ImportRow> Plan(IReadOnlyList<string> agents)
    {
        IReadOnlyDictionary<string, string> here = DotEnvFile.Read(desk.Request.Paths.EnvFilePath);
        bool same = desk.Places.EnvFilePath == desk.Request.Paths.EnvFilePath;
        if (!same && ImportFiles.IsOwnFile(desk.Request.Source, desk.Places.EnvFilePath))
        {
            foreach ((string name, string value) in DotEnvFile.Read(desk.Places.EnvFilePath))
            {
                Add(name, value, ".env", here);
            }
        }

        foreach (string agent in agents)
        {
            string folder = Path.Combine(desk.Places.AgentDir(agent), "agent");
            string path = Path.Combine(folder, "openclaw-agent.sqlite");
            if (desk.Database("credentials", path) is { } database && database.Has("auth_profile_store"))
            {
                foreach (string text in database.Try(c => c.All("SELECT store_json FROM auth_profile_store LIMIT 100", row => row.GetString(0)), out _) ?? [])
                {
                    AddProfiles(path, Encoding.UTF8.GetBytes(text), here);
                }
            }

            string file = Path.Combine(folder, "auth-profiles.json");
            if (ImportFiles.IsOwnFile(desk.Request.Source, file) && new FileInfo(file).Length <= MostBytes)
            {
                AddProfiles(file, File.ReadAllBytes(file), here);
            }
        }

        return _rows;
    }

    private void AddProfiles(string path, byte[] text, IReadOnlyDictionary<string, string> here)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("profiles", out JsonElement profiles) || profiles.ValueKind != JsonValueKind.Object)
            {
                return;
            }

            foreach (JsonProperty profile in profiles.EnumerateObject())
            {
                string? provider = Text(profile.Value, "provider");
                string? key = Text(profile.Value, "key") ?? (provider != "anthropic" ? Text(profile.Value, "token") : null);
                if (provider is not null && key is not null)
                {
                    string name = ProviderPreset.Find(provider)?.KeyNames[0] ?? provider.ToUpperInvariant().Replace('-', '_') + "_API_KEY";
                    Add(name, key, $"profile {profile.Name}", here);
                }
                else if (_planned.Add(profile.Name))
                {
                    _rows.Add(new ImportRow("credentials", $"profile {profile.Name}", 1) { Skip = Why(profile.Value) });
                }
            }
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            _rows.Add(new ImportRow("credentials", path, 0) { Problem = $"it cannot be read: {wrong.Message}" });
        }
    }

    private static string Why(JsonElement profile)
    {
        foreach (string member in (ReadOnlySpan<string>)["keyRef", "tokenRef"])
        {
            if (profile.ValueKind == JsonValueKind.Object && profile.TryGetProperty(member, out JsonElement reference) && Text(reference, "id") is { Length: <= 200 } id)
            {
                return Text(reference, "source") == "env" ? $"its key is in the variable {id}: set that for this gateway" : $"its key is kept elsewhere ({id}): give it anew";
            }
        }

        return Text(profile, "token") is not null ? "its token is one of the vendor's own programs: give an API key"
            : "it is no API key that is kept in the clear: sign in or give the key anew";
    }

    private void Add(string name, string value, string from, IReadOnlyDictionary<string, string> here)
    {
        if (!_planned.Add(name))
        {
            return;
        }

        string target = desk.Request.Paths.EnvFilePath;
        _rows.Add(new ImportRow("credentials", $"{name} (from {from})", 1)
        {
            Target = target,
            Skip = !desk.Request.Credentials ? "keys and tokens come with --include-credentials only"
                : here.ContainsKey(name) ? "it is set there already"
                : !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') || value.AsSpan().ContainsAny("\n\r'\0") ? "it cannot be written as one line: set it by hand"
                : null,
            Work = (_, _, _) => Task.FromResult(Write(target, name, value)),
        });
    }

    private static long Write(string target, string name, string value)
    {
        string text = File.Exists(target) ? File.ReadAllText(target) : "";
        text += $"{(text.Length == 0 || text.EndsWith('\n') ? "" : "\n")}{name}='{value}'\n";
        AtomicFile.Write(target, Encoding.UTF8.GetBytes(text));
        return DotEnvFile.Read(target).TryGetValue(name, out string? read) && read == value ? 1 : 0;
    }

    private static string? Text(JsonElement json, string name) =>
        ForeignText.Of(json, name) is { Length: > 0 and <= 10_000 } text ? text : null;
}
