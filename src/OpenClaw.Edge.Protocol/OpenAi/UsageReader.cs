using System.Text.Json;
using OpenClaw.Edge.Protocol.Sse;

namespace OpenClaw.Edge.Protocol.OpenAi;

/// <summary>Reads token counts, by the names of both OpenAI wires and of llama.cpp's <c>timings</c>.</summary>
internal static class UsageReader
{
    /// <summary>Reads a <c>usage</c> object.</summary>
    public static void Read(ref Utf8JsonReader json, AnswerDraft draft)
    {
        if (json.TokenType != JsonTokenType.StartObject)
        {
            json.Skip();
            return;
        }

        int depth = json.CurrentDepth;
        while (json.Read() && json.CurrentDepth > depth)
        {
            if (json.TokenType != JsonTokenType.PropertyName)
            {
                continue;
            }

            if (json.ValueTextEquals("prompt_tokens"u8) || json.ValueTextEquals("input_tokens"u8))
            {
                json.Read();
                draft.PromptTokens = WireText.Long(ref json) ?? draft.PromptTokens;
            }
            else if (json.ValueTextEquals("completion_tokens"u8) || json.ValueTextEquals("output_tokens"u8))
            {
                json.Read();
                draft.OutputTokens = WireText.Long(ref json) ?? draft.OutputTokens;
            }
            else if (json.ValueTextEquals("cached_tokens"u8))
            {
                json.Read();
                draft.CacheReadTokens = WireText.Long(ref json) ?? draft.CacheReadTokens;
            }
        }
    }

    /// <summary>Reads llama.cpp's <c>timings</c>, for servers that send them and no usage.</summary>
    public static void ReadTimings(ref Utf8JsonReader json, AnswerDraft draft)
    {
        if (json.TokenType != JsonTokenType.StartObject)
        {
            json.Skip();
            return;
        }

        long prompt = 0;
        long cached = 0;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            bool isPrompt = json.ValueTextEquals("prompt_n"u8);
            bool isCache = json.ValueTextEquals("cache_n"u8);
            bool isOutput = json.ValueTextEquals("predicted_n"u8);
            json.Read();
            long? value = WireText.Long(ref json);
            if (isPrompt)
            {
                prompt = value ?? 0; // only what was computed: cache reads are counted apart
            }
            else if (isCache)
            {
                cached = value ?? 0;
            }
            else if (isOutput)
            {
                draft.OutputTokens ??= value;
            }
        }

        if (draft.PromptTokens is null && prompt + cached > 0)
        {
            draft.PromptTokens = prompt + cached;
            draft.CacheReadTokens = cached;
        }
    }
}
