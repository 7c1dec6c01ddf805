using System.Text.Json;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary>Reads the fields of <c>sessions.patch</c>; null clears one.</summary>
internal static class SessionPatchReader
{
    // Source: docs/protocol.md, dynamic scopes. Everything else needs admin.
    private static readonly HashSet<string> WriterFields = new(StringComparer.Ordinal)
    {
        "label", "autoLabel", "icon", "color", "category", "boardFace", "boardPresentation", "pinned", "archived", "unread",
        "model", "agentRuntime", "thinkingLevel", "fastMode", "permissionMode",
    };

    private const int MaxExtraFields = 64;

    /// <summary>Whether a field is changed that a writer may not.</summary>
    public static bool NeedsAdmin(JsonElement parameters)
    {
        foreach (JsonProperty property in parameters.EnumerateObject())
        {
            bool full = property.Name == "permissionMode"
                && property.Value.ValueKind == JsonValueKind.String
                && property.Value.ValueEquals("full");
            if (!IsEnvelope(property.Name) && (full || !WriterFields.Contains(property.Name)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Reads the patch; returns what is wrong with it, null when nothing.</summary>
    public static string? Read(JsonElement parameters, ProviderCatalog models, out SessionPatch patch)
    {
        patch = new SessionPatch();
        var extra = new Dictionary<string, JsonElement?>(StringComparer.Ordinal);
        foreach (JsonProperty property in parameters.EnumerateObject())
        {
            JsonElement value = property.Value;
            switch (property.Name)
            {
                case "label":
                    patch = patch with { Label = Optional.Of(Text(value)) };
                    break;
                case "displayName":
                    patch = patch with { DisplayName = Optional.Of(Text(value)) };
                    break;
                case "model":
                    string? model = Text(value);
                    if (model is not null && !TryResolve(models, ref model))
                    {
                        return $"model not available: {model}";
                    }

                    patch = patch with { ModelOverride = Optional.Of(model) };
                    break;
                case "thinkingLevel":
                    patch = patch with { ThinkLevel = Optional.Of(Text(value)) };
                    break;
                case "verboseLevel":
                    patch = patch with { VerboseLevel = Optional.Of(Text(value)) };
                    break;
                case "reasoningLevel":
                    patch = patch with { ReasoningLevel = Optional.Of(Text(value)) };
                    break;
                case "queueMode":
                    patch = patch with { QueueMode = Optional.Of(Text(value)) };
                    break;
                case "archived":
                    patch = patch with { Archived = Optional.Of(value.ValueKind == JsonValueKind.True) };
                    break;
                case "pinned":
                    patch = patch with { Pinned = Optional.Of(value.ValueKind == JsonValueKind.True) };
                    break;
                case "unread":
                    patch = patch with { Unread = Optional.Of(value.ValueKind == JsonValueKind.True) };
                    break;
                default:
                    if (!IsEnvelope(property.Name) && extra.Count < MaxExtraFields)
                    {
                        extra[property.Name] = value.ValueKind == JsonValueKind.Null ? null : value;
                    }

                    break;
            }
        }

        patch = patch with { Extra = extra };
        return null;
    }

    private static bool IsEnvelope(string name) =>
        name is "key" or "agentId" || name.StartsWith("expected", StringComparison.Ordinal);

    private static bool TryResolve(ProviderCatalog models, ref string model)
    {
        if (!models.TryResolve(model, out ModelProviderEntry? provider, out string? modelId))
        {
            return false;
        }

        model = $"{provider.Id}/{modelId}";
        return true;
    }

    private static string? Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
