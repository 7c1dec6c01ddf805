using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary>Writes models as clients know them.</summary>
internal static class ModelJson
{
    private static readonly string[] ThinkingLevels = ["off", "low", "medium", "high"];
    private static readonly string[] Off = ["off"];

    /// <summary>Writes the member <c>models</c>.</summary>
    public static void WriteList(Utf8JsonWriter json, IReadOnlyList<ModelInfo> models, GatewayRuntime runtime, bool details = false)
    {
        string? wanted = runtime.Agents().Default.Model ?? runtime.Models.Catalog.DefaultModelRef;
        json.WriteStartArray("models"u8);
        foreach (ModelInfo model in models)
        {
            if (!model.Embedding)
            {
                Write(json, model, isDefault: model.Ref == wanted, details);
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

    private static void Write(Utf8JsonWriter json, ModelInfo model, bool isDefault, bool details)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, model.Id);
        json.WriteString("name"u8, model.Name);
        json.WriteString("provider"u8, model.Provider);
        json.WriteNumber("contextWindow"u8, model.ContextWindow);
        json.WriteBoolean("reasoning"u8, model.Reasoning);
        if (isDefault)
        {
            json.WriteStartArray("tags"u8);
            json.WriteStringValue("default"u8);
            json.WriteEndArray();
        }

        WriteLevels(json, model);
        json.WriteString("thinkingDefault"u8, "off"u8);
        json.WriteBoolean("available"u8, true);
        if (details)
        {
            WriteDetails(json, model);
        }

        json.WriteEndObject();
    }

    // What lists for people and our own commands ask for.
    private static void WriteDetails(Utf8JsonWriter json, ModelInfo model)
    {
        if (model.MaxTokens > 0)
        {
            json.WriteNumber("maxTokens"u8, model.MaxTokens);
        }

        json.WriteStartArray("input"u8);
        json.WriteStringValue("text"u8);
        if (model.Vision)
        {
            json.WriteStringValue("image"u8);
        }

        json.WriteEndArray();
        json.WriteBoolean("local"u8, model.Local);
        if (model.Loaded is { } loaded)
        {
            json.WriteBoolean("loaded"u8, loaded);
        }
    }
}
