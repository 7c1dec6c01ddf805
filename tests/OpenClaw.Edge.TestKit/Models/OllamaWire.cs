using System.Buffers;
using System.Text;
using static OpenClaw.Edge.TestKit.Models.WireText;

namespace OpenClaw.Edge.TestKit.Models;

/// <summary>Ollama's <c>/api/chat</c>: one JSON object a line. Source: ollama docs/api.md, "Generate a chat completion".</summary>
internal sealed class OllamaWire(string model) : ModelWire(model)
{
    private const string Created = "2026-01-01T00:00:00.123456789Z";
    private static readonly byte[] Tail = "\"},\"done\":false}\n"u8.ToArray();
    private readonly byte[] head = Encoding.UTF8.GetBytes(
        $$"""{"model":{{Quote(model)}},"created_at":"{{Created}}","message":{"role":"assistant","content":" """.TrimEnd());

    public override string ContentType => "application/x-ndjson";

    public override void Text(ArrayBufferWriter<byte> to, string json)
    {
        to.Write(head);
        to.Put(json);
        to.Write(Tail);
    }

    public override void Thinking(ArrayBufferWriter<byte> to, string json)
    {
        to.Write(head);
        to.Write("\",\"thinking\":\""u8);
        to.Put(json);
        to.Write(Tail);
    }

    public override void ToolCalls(ArrayBufferWriter<byte> to, IReadOnlyList<ScriptedToolCall> calls) =>
        to.Put($$"""{"model":{{Quote(Model)}},"created_at":"{{Created}}","message":{"role":"assistant","content":"","tool_calls":[{{Calls(calls)}}]},"done":false}""" + "\n");

    public override void Close(ArrayBufferWriter<byte> to, AnswerTotals totals) =>
        to.Put($$"""{"model":{{Quote(Model)}},"created_at":"{{Created}}","message":{"role":"assistant","content":""},{{Done(totals)}}}""" + "\n");

    public override void Error(ArrayBufferWriter<byte> to, string message) => to.Put($$"""{"error":{{Quote(message)}}}""" + "\n");

    public override void Garbage(ArrayBufferWriter<byte> to) => to.Put("""{"model":"x","message":{"role":"assistant","content":"oops""" + "\n");

    public override string Whole(AnswerTotals totals)
    {
        string thinking = totals.Thinking.Length == 0 ? "" : $$""","thinking":{{Quote(totals.Thinking)}}""";
        string calls = totals.ToolCalls.Count == 0 ? "" : $$""","tool_calls":[{{Calls(totals.ToolCalls)}}]""";
        return $$"""{"model":{{Quote(Model)}},"created_at":"{{Created}}","message":{"role":"assistant","content":{{Quote(totals.Text)}}{{thinking}}{{calls}}},{{Done(totals)}}}""";
    }

    private static string Calls(IReadOnlyList<ScriptedToolCall> calls) =>
        Join(calls, (call, index) => $$$"""{"id":{{{Quote(call.Id)}}},"function":{"index":{{{index}}},"name":{{{Quote(call.Name)}}},"arguments":{{{call.ArgumentsJson}}}}}""");

    private static string Done(AnswerTotals totals) =>
        $$"""
        "done":true,"done_reason":{{Quote(totals.Finish ?? "stop")}},"total_duration":174560334,"load_duration":101397084,"prompt_eval_count":{{totals.PromptTokens}},"prompt_eval_duration":13074791,"eval_count":{{totals.CompletionTokens}},"eval_duration":52479709
        """;
}
