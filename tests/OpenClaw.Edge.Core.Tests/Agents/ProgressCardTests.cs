using System.Text.Json;
using OpenClaw.Edge.Agents;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Agents;

public sealed class ProgressCardTests
{
    [Theory]
    [InlineData("""{"markdown":5}""", "markdown must be a string")]
    [InlineData("""{"plan":{}}""", "plan must be an array")]
    [InlineData("""{"plan":["x"]}""", "plan[0] must be an object")]
    [InlineData("""{"plan":[{"status":"pending"}]}""", "plan[0].step must be a string")]
    [InlineData("""{"plan":[{"step":" ","status":"pending"}]}""", "plan[0].step must not be empty")]
    [InlineData("""{"plan":[{"step":"a","status":"pending"},{"step":"b"}]}""", "plan[1].status must be one of pending, in_progress, completed")]
    [InlineData("""{"plan":[{"step":"a","status":"done"}]}""", "plan[0].status must be one of pending, in_progress, completed")]
    [InlineData("""{"plan":[{"step":"a","status":"in_progress"},{"step":"b","status":"in_progress"}]}""", "plan can contain at most one in_progress step")]
    public void What_is_wrong_is_said(string input, string expected) => Assert.Equal(expected, ProgressCard.Read(Json(input), out _));

    [Fact]
    public void Sizes_have_limits()
    {
        string step = $$"""{"step":"{{new string('s', 513)}}","status":"pending"}""";
        string many = string.Join(",", Enumerable.Repeat("""{"step":"s","status":"pending"}""", 51));

        Assert.Equal("progress card markdown exceeds 8192 UTF-8 bytes", ProgressCard.Read(Json($$"""{"markdown":"{{new string('ä', 4097)}}"}"""), out _));
        Assert.Equal("plan[0].step exceeds 512 UTF-8 bytes", ProgressCard.Read(Json($$"""{"plan":[{{step}}]}"""), out _));
        Assert.Equal("plan can contain at most 50 steps", ProgressCard.Read(Json($$"""{"plan":[{{many}}]}"""), out _));
    }

    [Theory]
    [InlineData("""{}""", "{}")]
    [InlineData("""{"markdown":" ","plan":[]}""", "{}")]
    [InlineData("""{"markdown":"half done","more":1}""", """{"markdown":"half done"}""")]
    [InlineData("""{"plan":[{"step":"a","status":"completed","note":"x"}]}""", """{"steps":[{"step":"a","status":"completed"}]}""")]
    public void A_card_has_what_is_known_of_it(string input, string expected)
    {
        Assert.Null(ProgressCard.Read(Json(input), out JsonElement card));
        Assert.Equal(expected, card.GetRawText());
    }

    [Fact]
    public void Steps_that_are_done_are_counted()
    {
        ProgressCard.Read(Json("""{"plan":[{"step":"a","status":"completed"},{"step":"b","status":"in_progress"},{"step":"c","status":"pending"}]}"""), out JsonElement card);

        Assert.Equal((1, 3), ProgressCard.Count(card));
        Assert.Equal((0, 0), ProgressCard.Count(Json("""{"markdown":"x"}""")));
    }

    private static JsonElement Json(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
