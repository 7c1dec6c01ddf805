using System.Globalization;
using System.Text.Json;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary>Writes models as clients know them.</summary>
internal static class ModelJson
{
    private static readonly string[] ThinkingLevels = ["off", "low", "medium", "high"];
    private static readonly string[] Off = ["off"];

    private static readonly ModelLook Plain = new();

    /// <summary>Writes the member <c>models</c>.</summary>
    public static void WriteList(Utf8JsonWriter json, IReadOnlyList<ModelInfo> models, GatewayRuntime runtime)
    {
        AgentEntry agent = runtime.Agents().Default;
        json.WriteStartArray("models"u8);
        foreach (ModelInfo model in models)
        {
            if (!model.Embedding)
            {
                Write(json, model, runtime, agent, null, Plain);
            }
        }

        json.WriteEndArray();
    }

    /// <summary>Writes the member <c>models</c>: what is known of the models of providers.</summary>
    public static void WriteList(Utf8JsonWriter json, GatewayRuntime runtime, string? agentId, List<ModelProviderEntry> providers, ModelLook look)
    {
        AgentCatalog agents = runtime.Agents();
        AgentEntry agent = agentId is not null && agents.TryGet(agentId, out AgentEntry? named) ? named : agents.Default;
        json.WriteStartArray("models"u8);
        foreach (ModelProviderEntry provider in providers)
        {
            foreach (ModelInfo model in runtime.Models.Catalog.ModelsOf(provider))
            {
                if (!model.Embedding)
                {
                    Write(json, model, runtime, agent, provider, look);
                }
            }
        }

        json.WriteEndArray();
    }

    /// <summary>Writes the member <c>defaults</c> of session lists and histories.</summary>
    public static void WriteDefaults(Utf8JsonWriter json, GatewayRuntime runtime, bool thinking)
    {
        string? wanted = runtime.Agents().Default.Model ?? runtime.Models.Catalog.DefaultModelRef;
        ModelInfo? info = wanted is null ? null : runtime.Models.Catalog.Describe(wanted);
        int slash = wanted?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        json.WriteStartObject("defaults"u8);
        json.WriteString("modelProvider"u8, info?.Provider ?? (slash > 0 ? wanted![..slash] : null));
        json.WriteString("model"u8, info?.Id ?? wanted?[(slash + 1)..]);
        if (info is { ContextWindow: > 0 })
        {
            json.WriteNumber("contextTokens"u8, info.ContextWindow);
        }
        else
        {
            json.WriteNull("contextTokens"u8);
        }

        SessionRowJson.WriteRuntime(json, "auto");
        if (thinking)
        {
            WriteThinking(json, info);
        }

        json.WriteString("modelSelectionTarget"u8, "session"u8);
        json.WriteEndObject();
    }

    /// <summary>Writes how much a model may be told to reason: <c>thinkingLevels</c>, <c>thinkingOptions</c>, <c>thinkingDefault</c>.</summary>
    public static void WriteThinking(Utf8JsonWriter json, ModelInfo? model)
    {
        WriteLevels(json, model);
        json.WriteTexts("thinkingOptions"u8, LevelsOf(model));
        json.WriteString("thinkingDefault"u8, "off"u8);
    }

    /// <summary>The levels that a model takes.</summary>
    public static IReadOnlyList<string> LevelsOf(ModelInfo? model) => model is { Reasoning: true } ? ThinkingLevels : Off;

    private static void WriteLevels(Utf8JsonWriter json, ModelInfo? model)
    {
        json.WriteStartArray("thinkingLevels"u8);
        foreach (string level in LevelsOf(model))
        {
            json.WriteStartObject();
            json.WriteString("id"u8, level);
            json.WriteString("label"u8, level);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, ModelInfo model, GatewayRuntime runtime, AgentEntry agent, ModelProviderEntry? provider, ModelLook look)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, model.Id);
        json.WriteString("name"u8, model.Name);
        json.WriteString("provider"u8, model.Provider);
        if (runtime.Config.Current.Config.Agents.Defaults.Models.TryGetValue(model.Ref, out ModelEntryConfig? entry) && entry.Alias is { Length: > 0 } alias)
        {
            json.WriteString("alias"u8, alias);
        }

        if (model.ContextWindow > 0)
        {
            json.WriteNumber("contextWindow"u8, model.ContextWindow);
        }

        json.WriteBoolean("reasoning"u8, model.Reasoning);
        if (!model.Tools)
        {
            json.WriteBoolean("supportsTools"u8, false);
        }

        WriteTags(json, model, runtime, agent);
        WriteLevels(json, model);
        json.WriteString("thinkingDefault"u8, "off"u8);
        if (look.Capabilities)
        {
            json.WriteBoolean("apiKeySupported"u8, false);
        }

        if (look.Policy)
        {
            json.WriteBoolean("manualSelectionAllowed"u8, true);
        }

        WriteAvailable(json, model, runtime, provider);
        WriteDetails(json, model, look);
        json.WriteEndObject();
    }

    private static void WriteTags(Utf8JsonWriter json, ModelInfo model, GatewayRuntime runtime, AgentEntry agent)
    {
        List<string> tags = [];
        if (model.Ref == (agent.Model ?? runtime.Models.Catalog.DefaultModelRef))
        {
            tags.Add("default");
        }

        for (int i = 0; i < agent.Fallbacks.Count; i++)
        {
            if (agent.Fallbacks[i] == model.Ref)
            {
                tags.Add(string.Create(CultureInfo.InvariantCulture, $"fallback#{i + 1}"));
            }
        }

        if (tags.Count > 0)
        {
            json.WriteTexts("tags"u8, tags);
        }
    }

    // A model that the router passes by, or whose server did not answer when it was asked last, is there but cannot be used now.
    private static void WriteAvailable(Utf8JsonWriter json, ModelInfo model, GatewayRuntime runtime, ModelProviderEntry? provider)
    {
        DateTimeOffset? until = null;
        foreach (ModelHealth health in runtime.Models.Health)
        {
            until = health.Ref == model.Ref ? health.CooldownUntil : until;
        }

        ProviderCatalog catalog = runtime.Models.Catalog;
        bool refused = provider is not null && catalog.ErrorOf(provider) is { Failure: ProviderFailure.Unauthorized };
        bool available = !refused && until is null && (provider is null || catalog.Reachable(provider) != false);
        json.WriteBoolean("available"u8, available);
        if (refused)
        {
            json.WriteString("unavailableReason"u8, "auth-failed"u8);
        }
        else if (until is { } end)
        {
            json.WriteString("unavailableReason"u8, "cooldown"u8);
            json.WriteNumber("unavailableUntil"u8, end.ToUnixTimeMilliseconds());
        }
    }

    // What lists for people and our own commands ask for.
    private static void WriteDetails(Utf8JsonWriter json, ModelInfo model, ModelLook look)
    {
        if (look.Input)
        {
            json.WriteStartArray("input"u8);
            json.WriteStringValue("text"u8);
            if (model.Vision)
            {
                json.WriteStringValue("image"u8);
            }

            json.WriteEndArray();
        }

        if (!look.Details)
        {
            return;
        }

        json.WriteBoolean("local"u8, model.Local);
        if (model.MaxTokens > 0)
        {
            json.WriteNumber("maxTokens"u8, model.MaxTokens);
        }

        if (model.Loaded is { } loaded)
        {
            json.WriteBoolean("loaded"u8, loaded);
        }
    }
}
