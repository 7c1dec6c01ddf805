using System.Text;
using OpenClaw.Edge.Protocol.OpenAi;
using OpenClaw.Edge.Protocol.Sse;
using OpenClaw.Edge.Protocol.Tests.Sse;
using Xunit;

namespace OpenClaw.Edge.Protocol.Tests.OpenAi;

public sealed class ChatChunkReaderTests
{
    [Fact]
    public void Text_reason_id_and_usage_add_up()
    {
        AnswerDraft draft = Drafts.Read(
            ChatChunkReader.TryRead,
            """{"id":"c1","choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"},"finish_reason":null}],"usage":null}""",
            """{"id":"c1","choices":[{"index":0,"delta":{"content":" there"},"finish_reason":null}]}""",
            """{"id":"c1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""",
            """{"id":"c1","choices":[],"usage":{"prompt_tokens":10,"completion_tokens":2,"total_tokens":12,"prompt_tokens_details":{"cached_tokens":8}}}""");

        Assert.Equal(("Hi there", "stop", "c1"), (draft.Text(), draft.FinishReason, draft.ResponseId));
        Assert.Equal((10L, 2L, 8L), (draft.PromptTokens, draft.OutputTokens, draft.CacheReadTokens));
    }

    [Theory]
    [InlineData("""{"choices":[{"delta":{"reasoning_content":"hm"}}]}""")]
    [InlineData("""{"choices":[{"delta":{"reasoning":"hm"}}]}""")]
    [InlineData("""{"choices":[{"delta":{"reasoning":"hm","reasoning_content":"hm"}}]}""")]
    [InlineData("""{"choices":[{"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]}]}}]}""")]
    public void Reasoning_is_read_under_each_of_its_names_once(string chunk)
    {
        AnswerDraft draft = Drafts.Read(ChatChunkReader.TryRead, chunk);
        Assert.Equal(("", "hm"), (draft.Text(), draft.Thinking()));
    }

    [Fact]
    public void Content_may_be_parts() =>
        Assert.Equal("ab", Drafts.Read(ChatChunkReader.TryRead, """{"choices":[{"delta":{"content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}}]}""").Text());

    [Fact]
    public void A_call_in_pieces_is_put_together_even_where_an_escape_is_cut()
    {
        AnswerDraft draft = Drafts.Read(
            ChatChunkReader.TryRead,
            """{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"read","arguments":""}}]}}]}""",
            """{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"path\":\"\ud83d"}}]}}]}""",
            """{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\ude00\"}"}}]}}]}""",
            """{"choices":[{"delta":{"tool_calls":[{"index":1,"id":"b","function":{"name":"ls","arguments":"{}"}}]}}]}""");

        Assert.Equal("""a:read({"path":"😀"});b:ls({})""", draft.Calls());
    }

    [Theory]
    [InlineData("""{"index":0,"id":"a","function":{"name":"ls","arguments":"{}"}}""", """{"index":0,"id":"b","function":{"name":"read","arguments":"{}"}}""")]
    [InlineData("""{"id":"a","function":{"name":"ls","arguments":"{}"}}""", """{"id":"b","function":{"name":"read","arguments":"{}"}}""")]
    [InlineData("""{"function":{"arguments":"{}","name":"ls"},"id":"a"}""", """{"function":{"arguments":{},"name":"read"},"id":"b"}""")]
    public void Servers_that_do_not_count_calls_are_understood(string first, string second)
    {
        AnswerDraft draft = Drafts.Read(
            ChatChunkReader.TryRead,
            "{\"choices\":[{\"delta\":{\"tool_calls\":[" + first + "]}}]}",
            "{\"choices\":[{\"delta\":{\"tool_calls\":[" + second + "]}}]}");
        Assert.Equal("a:ls({});b:read({})", draft.Calls());
    }

    [Fact]
    public void Calls_without_ids_or_indexes_stay_apart()
    {
        AnswerDraft draft = Drafts.Read(
            ChatChunkReader.TryRead,
            """{"choices":[{"delta":{"tool_calls":[{"function":{"name":"ls","arguments":"{}"}},{"function":{"name":"read","arguments":"{\"path\":1}"}}]}}]}""");
        Assert.Equal(""":ls({});:read({"path":1})""", draft.Calls());
    }

    [Fact]
    public void An_id_repeated_in_each_piece_is_one_call()
    {
        AnswerDraft draft = Drafts.Read(
            ChatChunkReader.TryRead,
            """{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"ls","arguments":"{\"a\""}}]}}]}""",
            """{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"ls","arguments":":1}"}}]}}]}""");
        Assert.Equal("""a:ls({"a":1})""", draft.Calls());
    }

    [Fact]
    public void Timings_stand_in_for_a_missing_usage()
    {
        AnswerDraft draft = Drafts.Read(
            ChatChunkReader.TryRead, """{"choices":[],"timings":{"cache_n":30,"prompt_n":12,"prompt_ms":1.5,"predicted_n":7}}""");
        Assert.Equal((42L, 7L, 30L), (draft.PromptTokens, draft.OutputTokens, draft.CacheReadTokens));
    }

    [Fact]
    public void A_whole_completion_reads_like_a_stream()
    {
        AnswerDraft draft = Drafts.Read(
            ChatChunkReader.TryRead, """{"id":"c","choices":[{"message":{"role":"assistant","content":"all"},"finish_reason":"length"}],"usage":{"prompt_tokens":1,"completion_tokens":1}}""");
        Assert.Equal(("all", "length"), (draft.Text(), draft.FinishReason));
    }

    [Theory]
    [InlineData("""{"error":{"message":"overloaded","type":"server_error","code":null}}""")]
    [InlineData("""{"error":"overloaded"}""")]
    public void An_error_object_is_told(string chunk) => Assert.Equal("overloaded", Drafts.Read(ChatChunkReader.TryRead, chunk).Error);

    [Fact]
    public void More_calls_than_an_answer_may_have_are_noted()
    {
        string many = string.Join(',', Enumerable.Range(0, AnswerDraft.MaxToolCalls + 1).Select(i => "{\"index\":" + i + ",\"id\":\"c" + i + "\",\"function\":{\"name\":\"ls\",\"arguments\":\"{}\"}}"));
        Assert.True(Drafts.Read(ChatChunkReader.TryRead, "{\"choices\":[{\"delta\":{\"tool_calls\":[" + many + "]}}]}").TooLarge);
    }

    [Fact]
    public void Every_prefix_of_a_chunk_is_refused_without_a_throw()
    {
        byte[] chunk = Encoding.UTF8.GetBytes("""{"id":"c1","choices":[{"delta":{"content":"a\ud83d","tool_calls":[{"index":0,"function":{"name":"x","arguments":"{}"}}]}}],"usage":{"prompt_tokens":1}}""");
        for (int length = 0; length < chunk.Length; length++)
        {
            Assert.False(ChatChunkReader.TryRead(chunk.AsSpan(0, length), new AnswerDraft()));
        }
    }
}
