using System.Text.Json;

namespace OpenClaw.Edge.Providers;

/// <summary>Configured extra request members: the model's own before the provider's.</summary>
internal static class RequestParams
{
    /// <summary>The merged members in a stable order; the model's win.</summary>
    public static IReadOnlyList<KeyValuePair<string, JsonElement>> For(ModelServer server, string model)
    {
        JsonElement? own = server.Wish(model)?.Params;
        if (server.Params is null && own is null)
        {
            return [];
        }

        var merged = new SortedDictionary<string, JsonElement>(StringComparer.Ordinal);
        Add(merged, server.Params);
        Add(merged, own);
        return new List<KeyValuePair<string, JsonElement>>(merged);
    }

    private static void Add(SortedDictionary<string, JsonElement> merged, JsonElement? source)
    {
        if (source is not { ValueKind: JsonValueKind.Object } members)
        {
            return;
        }

        foreach (JsonProperty member in members.EnumerateObject())
        {
            if (member.Name is "extra_body" or "extraBody")
            {
                Add(merged, member.Value);
            }
            else
            {
                merged[member.Name] = member.Value;
            }
        }
    }
}
