using System.Net;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Security;

public sealed class BrowserCodeTests
{
    private static readonly IPAddress Kitchen = IPAddress.Parse("192.168.7.20");
    private readonly ManualTimeProvider _time = new();
    private readonly BrowserCode _code;

    public BrowserCodeTests() => _code = new BrowserCode(_time);

    [Fact]
    public void Six_digits_are_right_once_however_they_are_spaced()
    {
        string digits = _code.Issue();

        Assert.Matches("^[0-9]{6}$", digits);
        Assert.Equal(BrowserCodeOutcome.Accepted, _code.Redeem($" {digits[..3]}-{digits[3..]} ", Kitchen));
        Assert.Equal(BrowserCodeOutcome.Wrong, _code.Redeem(digits, Kitchen));
        Assert.Null(_code.Left);
    }

    [Fact]
    public void Ten_minutes_and_no_longer()
    {
        string digits = _code.Issue();
        _time.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.FromSeconds(1), _code.Left);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Null(_code.Left);
        Assert.Equal(BrowserCodeOutcome.Wrong, _code.Redeem(digits, Kitchen));
    }

    [Fact]
    public void Another_code_ends_the_one_before()
    {
        string first = _code.Issue();
        string second = _code.Issue();
        while (second == first)
        {
            second = _code.Issue();
        }

        Assert.Equal(BrowserCodeOutcome.Wrong, _code.Redeem(first, Kitchen));
        Assert.Equal(BrowserCodeOutcome.Accepted, _code.Redeem(second, Kitchen));
    }

    [Fact]
    public void Five_wrong_ones_and_an_address_is_not_listened_to_even_when_it_is_right()
    {
        string digits = _code.Issue();
        for (int attempt = 0; attempt < 5; attempt++)
        {
            Assert.Equal(BrowserCodeOutcome.Wrong, _code.Redeem("x", Kitchen));
        }

        Assert.Equal(BrowserCodeOutcome.Locked, _code.Redeem(digits, Kitchen));
        Assert.Equal(BrowserCodeOutcome.Locked, _code.Redeem(digits, IPAddress.Parse("::ffff:192.168.7.20")));
        Assert.Equal(BrowserCodeOutcome.Accepted, _code.Redeem(digits, IPAddress.Parse("192.168.7.21")));
    }

    [Fact]
    public void One_host_with_many_addresses_is_one_host()
    {
        string digits = _code.Issue();
        for (int attempt = 1; attempt <= 5; attempt++)
        {
            _code.Redeem("x", IPAddress.Parse($"fd00:1::{attempt}"));
        }

        Assert.Equal(BrowserCodeOutcome.Locked, _code.Redeem(digits, IPAddress.Parse("fd00:1::99")));
    }

    [Fact]
    public void Fifteen_wrong_ones_of_all_together_end_it()
    {
        string digits = _code.Issue();
        for (int host = 1; host <= 15; host++)
        {
            Assert.Equal(BrowserCodeOutcome.Wrong, _code.Redeem("999 x", IPAddress.Parse($"10.0.0.{host}")));
        }

        Assert.Equal(BrowserCodeOutcome.Wrong, _code.Redeem(digits, Kitchen));
    }

    [Fact]
    public void Strangers_get_no_second_code_while_the_first_holds_and_wait_longer_after_each_that_was_guessed_to_death()
    {
        Assert.NotNull(_code.IssueForStranger());
        Assert.Null(_code.IssueForStranger());
        GuessToDeath();

        _time.Advance(TimeSpan.FromMinutes(19));
        Assert.Null(_code.IssueForStranger());
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.NotNull(_code.IssueForStranger());
        GuessToDeath();
        _time.Advance(TimeSpan.FromMinutes(39));
        Assert.Null(_code.IssueForStranger());

        string digits = _code.Issue(); // who may, may at once
        Assert.Equal(BrowserCodeOutcome.Accepted, _code.Redeem(digits, Kitchen));
    }

    [Fact]
    public void A_used_code_lets_the_next_stranger_ask_at_once()
    {
        string digits = _code.IssueForStranger()!;
        Assert.Equal(BrowserCodeOutcome.Accepted, _code.Redeem(digits, Kitchen));
        Assert.NotNull(_code.IssueForStranger());
    }

    [Fact]
    public async Task Many_at_once_with_the_right_digits_are_one()
    {
        string digits = _code.Issue();
        BrowserCodeOutcome[] outcomes = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(host => Task.Run(() => _code.Redeem(digits, IPAddress.Parse($"10.0.1.{host}")))));
        Assert.Single(outcomes, BrowserCodeOutcome.Accepted);
    }

    private void GuessToDeath()
    {
        for (int host = 1; host <= 15; host++)
        {
            _code.Redeem("no digits", IPAddress.Parse($"10.0.0.{host}"));
        }
    }
}
