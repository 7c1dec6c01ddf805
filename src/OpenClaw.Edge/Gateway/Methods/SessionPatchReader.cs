using System.Text.Json;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Tools;

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
    private const int MaxOverrides = 8192; // guess: some hundred tools

    // displayName and queueMode are ours; the rest is what the original takes. What it does not know must not be stored.
    /// <summary>The params of <c>sessions.patch</c>.</summary>
    public const string Params =
        "key!:str1(512) agentId:str? expectedSessionId:str expectedLifecycleRevision:str expectedPermissionMode:any expectedSandboxMode:any " +
        "expectedNativeRuntimeConsent:any expectedToolOverrides:any expectedMarkedUnreadAt:any label:str(512)? displayName:str(500)? autoLabel:str(512)? " +
        "icon:str? color:str? category:str(512)? boardFace:chat|dashboard boardPresentation:any statusNote:str(120)? attention:str? ttlMinutes:int(1..120) " +
        "archived:bool pinned:bool unread:bool contextWindow:str1? thinkingLevel:str1? fastMode:any toolOverrides:any verboseLevel:str1? traceLevel:str1? " +
        "reasoningLevel:str1? responseUsage:any elevatedLevel:str1? queueMode:str? execHost:str1? execSecurity:str1? execAsk:str1? execNode:str1? " +
        "permissionMode:any sandboxMode:any nativeRuntimeConsent:str1? model:str1? agentRuntime:str1? completionOwnerSessionKey:str1? " +
        "inheritedToolPolicyVersion:any inheritedToolAllow:any inheritedToolDeny:any sendPolicy:any groupActivation:any";

    private static readonly HashSet<string> s_levels = new(StringComparer.OrdinalIgnoreCase)
    {
        "off", "none", "on", "min", "minimal", "low", "medium", "med", "mid", "high", "xhigh", "max", "ultra", "adaptive", "auto",
    };

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
                        return Unavailable(models, model);
                    }

                    patch = patch with { ModelOverride = Optional.Of(model) };
                    break;
                case "thinkingLevel":
                    if (Text(value) is { } level && !s_levels.Contains(level))
                    {
                        return $"invalid thinkingLevel (use {string.Join('|', ModelJson.LevelsOf(models.DefaultModelRef is { } usual ? models.Describe(usual) : null))})";
                    }

                    patch = patch with { ThinkLevel = Optional.Of(Text(value)) };
                    break;
                case "elevatedLevel" when Text(value) is { } word && !ElevatedAccess.Levels.Contains(word):
                    return $"invalid elevatedLevel (use {string.Join('|', ElevatedAccess.Levels)})";
                case "permissionMode" or "toolOverrides" when Wrong(property) is { } wrong:
                    return wrong;
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

    /// <summary>Whether a member without a column is a member of rows, and kept. Others of the original's are taken and forgotten:
    /// they are about parts that do not exist here.</summary>
    public static bool IsKept(string name) => name is
        "autoLabel" or "icon" or "color" or "category" or "boardFace" or "boardPresentation" or "fastMode" or "permissionMode"
        or "traceLevel" or "elevatedLevel" or "responseUsage" or "sendPolicy" or "groupActivation" or "parentSessionKey" or "spawnDepth"
        or "toolOverrides" or "execHost" or "execNode" or "execCwd" or "spawnedBy" or "previousSessionId" or "forkedFromParent" or "forkSource" or "subagentRole" or "projectId" or "workspaceDir" or "markedUnreadAt" or "goal";

    /// <summary>What is wrong with a <c>permissionMode</c> or with <c>toolOverrides</c>; null when nothing. Null clears them.</summary>
    public static string? Wrong(JsonProperty property)
    {
        JsonElement value = property.Value;
        if (value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (property.Name == "permissionMode")
        {
            return value.ValueKind == JsonValueKind.String && value.GetString() is "read-only" or "guarded" or "workspace" or "full"
                ? null
                : "invalid permissionMode (use read-only|guarded|workspace|full)";
        }

        if (value.ValueKind != JsonValueKind.Object || value.GetRawText().Length > MaxOverrides)
        {
            return $"invalid toolOverrides: an object of at most {MaxOverrides} characters is expected";
        }

        foreach (JsonProperty member in value.EnumerateObject())
        {
            bool right = member.Name switch
            {
                "webSearch" => member.Value.ValueKind is JsonValueKind.True or JsonValueKind.False,
                "mcpServers" or "skills" => member.Value.ValueKind == JsonValueKind.Object
                    && member.Value.EnumerateObject().All(one => one.Value.ValueKind is JsonValueKind.True or JsonValueKind.False),
                "mcpToolsDeny" => member.Value.ValueKind == JsonValueKind.Object && member.Value.EnumerateObject().All(one =>
                    one.Value.ValueKind == JsonValueKind.Array && one.Value.EnumerateArray().All(tool => tool.ValueKind == JsonValueKind.String)),
                _ => false,
            };
            if (!right)
            {
                return $"invalid toolOverrides: {member.Name} (mcpServers and skills: name to true or false, mcpToolsDeny: name to a list, webSearch: true or false)";
            }
        }

        return null;
    }

    private static bool IsEnvelope(string name) =>
        name is "key" or "agentId" || name.StartsWith("expected", StringComparison.Ordinal);

    private static string Unavailable(ProviderCatalog models, string model)
    {
        int slash = model.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && !models.Providers.Any(provider => provider.Id == model[..slash])
            ? $"Unknown provider \"{model[..slash]}\". Use /models to list providers."
            : $"model not available: {model}";
    }

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
