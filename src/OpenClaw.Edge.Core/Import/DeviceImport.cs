using System.Buffers.Text;
using System.Data.Common;
using System.Text.Json;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Import;

/// <summary>Paired devices of the original, with the hashes of their tokens: a phone or a page connects here as it did there, and gets a
/// token of ours with its first hello. What a node may do is approved anew.</summary>
internal sealed class DeviceImport(ImportDesk desk, HashSet<string> here)
{
    private const int MostDevices = 10_000;

    private const string Devices =
        "SELECT device_id, public_key, platform, device_family, client_id, client_mode, display_name, operator_label, remote_ip, approved_via, created_at_ms, tokens_json FROM device_pairing_paired ORDER BY approved_at_ms LIMIT 10000";

    private readonly List<ImportRow> _rows = [];

    /// <summary>One row a device; no token is in it.</summary>
    public IReadOnlyList<ImportRow> Plan()
    {
        string path = Path.Combine(desk.Places.StateDir, "state", "openclaw.sqlite");
        if (desk.Database("credentials", path) is { } database && database.Has("device_pairing_paired"))
        {
            database.Try(
                connection =>
                {
                    connection.Each(
                        Devices,
                        row =>
                        {
                            Add(row);
                            return _rows.Count < MostDevices;
                        });
                    return database;
                },
                out string? problem);
            if (problem is not null)
            {
                _rows.Add(new ImportRow("credentials", path, 0) { Problem = $"its table of devices is not that of a known original: {problem}" });
            }
        }

        return _rows;
    }

    private void Add(DbDataReader row)
    {
        string id = row.GetString(0);
        string? Text(int column) => row.IsDBNull(column) ? null : row.GetString(column);
        PairingAsk ask = new()
        {
            DeviceId = id,
            PublicKey = row.GetString(1),
            Role = "operator",
            Scopes = [],
            Platform = Text(2) ?? "unknown",
            DeviceFamily = Text(3),
            ClientId = Text(4) ?? "unknown",
            ClientMode = Text(5) ?? "unknown",
            DisplayName = Text(6),
            RemoteIp = Text(8),
        };
        string? label = Text(7);
        string via = Text(9) is { } named and ("silent" or "bootstrap") ? named : "owner";
        long createdAtMs = row.GetInt64(10);
        List<(string Role, string[] Scopes, string Token)> roles = Roles(Text(11));
        _rows.Add(new ImportRow("credentials", $"device {label ?? ask.DisplayName ?? ask.ClientId} ({id[..Math.Min(12, id.Length)]})", 1)
        {
            Target = desk.Request.Paths.DatabasePath,
            Skip = !desk.Request.Credentials ? "paired devices come with --include-credentials only"
                : here.Contains(id) ? "it is paired here already"
                : !IsOwnId(ask) ? "its id is not that of its key"
                : roles.Count == 0 ? "it has no token that holds: pair it anew"
                : null,
            Note = roles.Exists(role => role.Role == "node") ? "what it may do as a node is approved anew" : null,
            Work = async (_, at, stop) => await at.Devices!.BringAsync(ask, label, via, createdAtMs, roles, stop) ? 1 : 0,
        });
    }

    private static bool IsOwnId(PairingAsk ask)
    {
        Span<byte> key = stackalloc byte[64];
        return ask.PublicKey.Length < 80 && Base64Url.TryDecodeFromChars(ask.PublicKey, key, out int length)
            && DeviceSignature.IdOf(key[..length]) == ask.DeviceId;
    }

    private static List<(string Role, string[] Scopes, string Token)> Roles(string? tokens)
    {
        List<(string Role, string[] Scopes, string Token)> roles = [];
        try
        {
            using JsonDocument document = JsonDocument.Parse(tokens ?? "{}");
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return roles;
            }

            foreach (JsonProperty entry in document.RootElement.EnumerateObject())
            {
                if (entry.Name is "operator" or "node" && entry.Value.ValueKind == JsonValueKind.Object && !entry.Value.TryGetProperty("revokedAtMs", out _)
                    && entry.Value.TryGetProperty("token", out JsonElement token) && token.ValueKind == JsonValueKind.String && token.GetString() is { Length: > 20 and < 1000 } text)
                {
                    roles.Add((entry.Name, entry.Name == "node" ? [] : Scopes(entry.Value), text));
                }
            }
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            // then it has no token that holds
        }

        return roles;
    }

    // Only those that there are here: a scope of a newer original must not become one of ours by its name.
    private static string[] Scopes(JsonElement role)
    {
        List<string> scopes = [];
        if (role.TryGetProperty("scopes", out JsonElement named) && named.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement scope in named.EnumerateArray())
            {
                if (scope.ValueKind == JsonValueKind.String && scope.GetString() is { } text && ScopeSet.IsKnown(text))
                {
                    scopes.Add(text);
                }
            }
        }

        return [.. scopes];
    }
}
