using System.Text;
using OpenClaw.Edge.Http;
using Xunit;

namespace OpenClaw.Edge.Tests.Http;

public sealed class UsageTailTests
{
    private const string Usage = "\"usage\" : {\"prompt_tokens\":12,\"prompt_tokens_details\":{\"cached_tokens\":3},\"completion_tokens\":5,\"total_tokens\":17}";

    [Fact]
    public void Finds_the_tokens_wherever_the_answer_is_cut()
    {
        byte[] body = Encoding.UTF8.GetBytes($"{{\"choices\":[{{\"text\":\"{new string('x', 9000)} \\\"usage\\\":{{}}\"}}],{Usage},\"timings\":{{\"a\":1}}}}");
        for (int size = 1; size < body.Length; size = (size * 3) + 1)
        {
            using UsageTail tail = new();
            for (int at = 0; at < body.Length; at += size)
            {
                tail.Add(body.AsSpan(at, Math.Min(size, body.Length - at)));
            }

            Assert.True(tail.TryRead(out long prompt, out long completion));
            Assert.Equal((12, 5, body.Length), (prompt, completion, tail.TotalBytes));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("data: [DONE]\n\n")]
    [InlineData("""{"usage":null}""")]
    [InlineData("""{"usage":[1]}""")]
    [InlineData("""{"usage":}""")]
    public void An_answer_without_usage_is_not_metered(string body)
    {
        using UsageTail tail = new();
        tail.Add(Encoding.UTF8.GetBytes(body));
        Assert.False(tail.TryRead(out _, out _));
    }
}
