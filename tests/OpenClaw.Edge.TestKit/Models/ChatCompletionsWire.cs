using System.Buffers;
using System.Text;
using static OpenClaw.Edge.TestKit.Models.WireText;

namespace OpenClaw.Edge.TestKit.Models;

/// <summary>OpenAI's <c>/v1/chat/completions</c>. Source: platform.openai.com/docs/api-reference/chat-streaming; reasoning fields as vLLM, LM Studio and Ollama send them.</summary>
internal sealed class ChatCompletionsWire : ModelWire
{
    private static readonly byte[] Tail = "\"},\"logprobs\":null,\"finish_reason\":null}]}\n\n"u8.ToArray();
    private readonly bool includeUsage;
    private readonly string id;
    private readonly string chunk;
    private readonly byte[] textHead;
    private readonly byte[] thinkingHead;

    public ChatCompletionsWire(string model, string id, bool includeUsage, string reasoningField)
        : base(model)
    {
        this.includeUsage = includeUsage;
        this.id = id;
        chunk = $$"""data: {"id":"{{id}}","object":"chat.completion.chunk","created":1767225600,"model":{{Quote(model)}},"system_fingerprint":"fp_scripted","choices":[""";
        textHead = Encoding.UTF8.GetBytes(chunk + "{\"index\":0,\"delta\":{\"content\":\"");
        thinkingHead = Encoding.UTF8.GetBytes(chunk + $"{{\"index\":0,\"delta\":{{\"{reasoningField}\":\"");
        ReasoningField = reasoningField;
    }

    public override string ContentType => "text/event-stream";

    private string ReasoningField { get; }

    public override void Open(ArrayBufferWriter<byte> to, int promptTokens) => Choice(to, """{"role":"assistant","content":""}""", null);

    public override void Text(ArrayBufferWriter<byte> to, string json)
    {
        to.Write(textHead);
        to.Put(json);
        to.Write(Tail);
    }

    public override void Thinking(ArrayBufferWriter<byte> to, string json)
    {
        to.Write(thinkingHead);
        to.Put(json);
        to.Write(Tail);
    }

    public override void ToolCalls(ArrayBufferWriter<byte> to, IReadOnlyList<ScriptedToolCall> calls)
    {
        for (int i = 0; i < calls.Count; i++)
        {
            ScriptedToolCall call = calls[i];
            Choice(to, $$$$"""{"tool_calls":[{"index":{{{{i}}}},"id":{{{{Quote(call.Id)}}}},"type":"function","function":{"name":{{{{Quote(call.Name)}}}},"arguments":""}}]}""", null);
            int middle = call.ArgumentsJson.Length / 2;
            foreach (string part in (string[])[call.ArgumentsJson[..middle], call.ArgumentsJson[middle..]])
            {
                Choice(to, $$$$"""{"tool_calls":[{"index":{{{{i}}}},"function":{"arguments":{{{{Quote(part)}}}}}}]}""", null);
            }
        }
    }

    public override void Close(ArrayBufferWriter<byte> to, AnswerTotals totals)
    {
        Choice(to, "{}", Reason(totals));
        if (includeUsage)
        {
            to.Put(chunk + $$"""],"usage":{{Usage(totals)}}}""" + "\n\n");
        }

        to.Put("data: [DONE]\n\n");
    }

    public override void Error(ArrayBufferWriter<byte> to, string message) =>
        to.Put($$$"""data: {"error":{"message":{{{Quote(message)}}},"type":"server_error","param":null,"code":null}}""" + "\n\n");

    public override void Garbage(ArrayBufferWriter<byte> to) => to.Put("""data: {"id":"x","choices":[{"index":0,"delta":{"content":"oops""" + "\n\n");

    public override string Whole(AnswerTotals totals)
    {
        string thinking = totals.Thinking.Length == 0 ? "" : $$""","{{ReasoningField}}":{{Quote(totals.Thinking)}}""";
        string calls = totals.ToolCalls.Count == 0 ? "" : $",\"tool_calls\":[{Join(totals.ToolCalls, WholeCall)}]";
        string content = totals.ToolCalls.Count > 0 && totals.Text.Length == 0 ? "null" : Quote(totals.Text);
        return $$"""{"id":"{{id}}","object":"chat.completion","created":1767225600,"model":{{Quote(Model)}},"system_fingerprint":"fp_scripted","choices":[{"index":0,"message":{"role":"assistant","content":{{content}},"refusal":null{{thinking}}{{calls}}},"logprobs":null,"finish_reason":"{{Reason(totals)}}"}],"usage":{{Usage(totals)}}}""";
    }

    private static string WholeCall(ScriptedToolCall call, int index) =>
        $$$"""{"id":{{{Quote(call.Id)}}},"type":"function","function":{"name":{{{Quote(call.Name)}}},"arguments":{{{Quote(call.ArgumentsJson)}}}}}""";

    private static string Reason(AnswerTotals totals) => totals.Finish ?? (totals.ToolCalls.Count > 0 ? "tool_calls" : "stop");

    private static string Usage(AnswerTotals totals) =>
        $$"""{"prompt_tokens":{{totals.PromptTokens}},"completion_tokens":{{totals.CompletionTokens}},"total_tokens":{{totals.PromptTokens + totals.CompletionTokens}}}""";

    private void Choice(ArrayBufferWriter<byte> to, string delta, string? finish) =>
        to.Put(chunk + $$"""{"index":0,"delta":{{delta}},"logprobs":null,"finish_reason":{{Quote(finish)}}}]}""" + "\n\n");
}
