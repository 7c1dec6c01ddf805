using System.Text.Json;

namespace OpenClaw.Edge.Configuration;

/// <summary>Tells where two configurations differ.</summary>
public static class ConfigDiff
{
    private const int MaxPaths = 200;

    /// <summary>Paths of the values that differ, objects gone into, lists not; at most 200, by name.</summary>
    public static IReadOnlyList<string> Paths(ReadOnlyMemory<byte> before, ReadOnlyMemory<byte> after)
    {
        using JsonDocument old = JsonDocument.Parse(before);
        using JsonDocument next = JsonDocument.Parse(after);
        var paths = new List<string>();
        Collect(old.RootElement, next.RootElement, "", paths);
        return [.. paths.Order(StringComparer.Ordinal).Take(MaxPaths)];
    }

    private static void Collect(JsonElement before, JsonElement after, string path, List<string> paths)
    {
        if (before.ValueKind != JsonValueKind.Object || after.ValueKind != JsonValueKind.Object)
        {
            if (!JsonElement.DeepEquals(before, after))
            {
                paths.Add(path);
            }

            return;
        }

        foreach (JsonProperty member in before.EnumerateObject())
        {
            string below = ConfigPath.Append(path, member.Name);
            if (after.TryGetProperty(member.Name, out JsonElement other))
            {
                Collect(member.Value, other, below, paths);
            }
            else
            {
                paths.Add(below);
            }
        }

        paths.AddRange(after.EnumerateObject()
            .Where(member => !before.TryGetProperty(member.Name, out _))
            .Select(member => ConfigPath.Append(path, member.Name)));
    }
}
