using OpenClaw.Edge.Agents;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Agents;

public sealed class InlineDirectivesTests
{
    [Theory]
    [InlineData("/think high write a poem", "write a poem", "high", null, null)]
    [InlineData("write a poem /t:low", "write a poem", "low", null, null)]
    [InlineData("/thinking medium\nwrite\n  code", "write\n  code", "medium", null, null)]
    [InlineData("please /model lab/one and /queue steer this", "please and this", null, "lab/one", QueueMode.Steer)]
    [InlineData("/THINK off /model lab/one go", "go", "off", "lab/one", null)]
    [InlineData("/steer in German please", "in German please", null, null, QueueMode.Steer)]
    [InlineData("/Tell: take the other road\nhome", "take the other road\nhome", null, null, QueueMode.Steer)]
    [InlineData("/steer /t high look again", "look again", "high", null, QueueMode.Steer)]
    [InlineData("/queue collect what does cap:5 mean", "what does cap:5 mean", null, null, QueueMode.Collect)]
    public void What_stands_beside_text_is_taken_out(string message, string left, string? think, string? model, QueueMode? queue) =>
        Assert.Equal(new InlineDirectives(left, think, model, queue), InlineDirectives.Read(message, word => word == "lab/one"));

    [Theory]
    [InlineData("hello")]
    [InlineData("/think high")] // a command
    [InlineData("/model lab/one")]
    [InlineData("/model lab/one -g")]
    [InlineData("/think hard about it")]
    [InlineData("/model lab/none please")]
    [InlineData("see /usr/think high")]
    [InlineData("use `/think high` for that")]
    [InlineData("```\n/think high\n```\nwhat is this?")]
    [InlineData("/queue 1 thing")]
    [InlineData("/think")]
    [InlineData("/steer")]
    [InlineData("/steering wheel")]
    [InlineData("please /steer left")]
    [InlineData("/queue collect cap:5 drop:old")]
    [InlineData("a/t low")]
    public void Anything_else_stays_as_it_is(string message) => Assert.Null(InlineDirectives.Read(message, word => word == "lab/one"));
}
