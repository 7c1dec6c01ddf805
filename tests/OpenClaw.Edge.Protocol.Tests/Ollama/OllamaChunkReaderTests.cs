using System.Text;
using OpenClaw.Edge.Protocol.Ollama;
using OpenClaw.Edge.Protocol.Sse;
using OpenClaw.Edge.Protocol.Tests.Sse;
using Xunit;

namespace OpenClaw.Edge.Protocol.Tests.Ollama;

public sealed class OllamaChunkReaderTests
{
    [Fact]
    public void Text_thinking_and_counts_add_up()
    {
        AnswerDraft draft = Drafts.Read(
            OllamaChunkReader.TryRead,
            """{"model":"m","message":{"role":"assistant","content":"","thinking":"hm"},"done":false}""",
            """{"model":"m","message":{"role":"assistant","content":"Hel"},"done":false}""",
            """{"model":"m","message":{"role":"assistant","content":"lo \ud83d"},"done":false}""",
            """{"model":"m","message":{"role":"assistant","content":"\ude00"},"done":false}""",
            """{"model":"m","message":{"role":"assistant","content":""},"done":true,"done_reason":"length","prompt_eval_count":11,"eval_count":3}""");

        Assert.Equal(("Hello 😀", "hm"), (draft.Text(), draft.Thinking()));
        Assert.Equal((true, "length", 11L, 3L), (draft.Done, draft.FinishReason, draft.PromptTokens, draft.OutputTokens));
    }

    [Theory]
    [InlineData("""{"arguments":{"path":"a.txt"},"name":"read"}""", """{"path":"a.txt"}""")]
    [InlineData("""{"name":"read","arguments":"{\"path\":\"a.txt\"}"}""", """{"path":"a.txt"}""")]
    [InlineData("""{"name":"read"}""", "{}")]
    [InlineData("""{"name":"read","arguments":""}""", "{}")]
    public void Arguments_are_an_object_or_its_text(string function, string expected)
    {
        AnswerDraft draft = Drafts.Read(
            OllamaChunkReader.TryRead,
            "{\"message\":{\"content\":\"\",\"tool_calls\":[{\"function\":" + function + "}]},\"done\":false}",
            """{"message":{"content":""},"done":true}""");

        Assert.Equal($":read({expected})", draft.Calls());
    }

    [Fact]
    public void Calls_of_several_lines_stay_apart()
    {
        AnswerDraft draft = Drafts.Read(
            OllamaChunkReader.TryRead,
            """{"message":{"tool_calls":[{"id":"a","function":{"index":0,"name":"ls","arguments":{}}}]}}""",
            """{"message":{"tool_calls":[{"id":"b","function":{"index":0,"name":"read","arguments":{"path":"x"}}}]}}""");

        Assert.Equal("""a:ls({});b:read({"path":"x"})""", draft.Calls());
    }

    [Theory]
    [InlineData("""{"error":"model 'x' not found"}""", "model 'x' not found")]
    [InlineData("""{"error":{"message":"boom","code":500}}""", "boom")]
    public void An_error_is_told(string line, string expected) => Assert.Equal(expected, Drafts.Read(OllamaChunkReader.TryRead, line).Error);

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"message":{"content":"oops""")]
    [InlineData("""{"done":true} x""")]
    [InlineData("<html>")]
    public void What_is_not_its_JSON_is_refused_without_a_throw(string line) =>
        Assert.False(OllamaChunkReader.TryRead(Encoding.UTF8.GetBytes(line), new AnswerDraft()));

    [Fact]
    public void Values_of_the_wrong_kind_are_passed_by()
    {
        AnswerDraft draft = Drafts.Read(
            OllamaChunkReader.TryRead,
            """{"message":null,"done":"yes","done_reason":7,"eval_count":"three","x":[{"y":[1]}]}""",
            """{"message":{"content":null,"tool_calls":null,"thinking":5}}""",
            """{"message":{"content":"ok"}}""");

        Assert.Equal(("ok", false), (draft.Text(), draft.Done));
    }
}
