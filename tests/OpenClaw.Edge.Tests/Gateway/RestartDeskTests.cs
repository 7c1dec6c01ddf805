using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using OpenClaw.Edge.Gateway;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

public sealed class RestartDeskTests
{
    private readonly ManualTimeProvider _clock = new();

    [Fact]
    public void A_process_that_is_shared_with_others_never_starts_anew()
    {
        using RestartDesk desk = Desk();

        Assert.Null(desk.Ask("test", 0));
        Assert.False(desk.IsAble);
    }

    [Fact]
    public void Two_seconds_are_left_to_whoever_asked_unless_another_delay_is_named()
    {
        using RestartDesk desk = Desk();
        Task due = desk.AllowAsync();

        Assert.Equal(2_000, desk.Ask("test", null)!.DelayMs);
        _clock.Advance(1_999);
        Assert.False(due.IsCompleted);
        _clock.Advance(1);

        Assert.True(due.IsCompleted);
        Assert.Equal("test", desk.Reason);
    }

    [Fact]
    public void A_delay_is_a_minute_at_most()
    {
        using RestartDesk desk = Desk();
        _ = desk.AllowAsync();

        Assert.Equal(60_000, desk.Ask("test", long.MaxValue)!.DelayMs);
    }

    [Fact]
    public void Wishes_share_one_restart_and_the_earliest_counts()
    {
        using RestartDesk desk = Desk();
        Task due = desk.AllowAsync();

        RestartTicket first = desk.Ask("first", 10_000)!;
        RestartTicket later = desk.Ask("later", 20_000)!;
        RestartTicket sooner = desk.Ask("sooner", 1_000)!;
        _clock.Advance(1_000);
        RestartTicket late = desk.Ask("late", 5_000)!;

        Assert.Equal((false, true, false, true), (first.Coalesced, later.Coalesced, sooner.Coalesced, late.Coalesced));
        Assert.Equal((10_000, 10_000, 1_000, 0), (first.DelayMs, later.DelayMs, sooner.DelayMs, late.DelayMs));
        Assert.True(due.IsCompleted);
    }

    [Fact]
    public void Work_that_runs_is_waited_for()
    {
        int running = 1;
        using RestartDesk desk = Desk();
        desk.Busy = () => running;
        Task due = desk.AllowAsync();

        desk.Ask("test", 0);
        _clock.Advance(TimeSpan.FromMinutes(4));
        Assert.False(due.IsCompleted);
        running = 0;
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.True(due.IsCompleted);
    }

    [Fact]
    public void Work_is_waited_for_no_longer_than_five_minutes()
    {
        using RestartDesk desk = Desk();
        desk.Busy = () => 1;
        Task due = desk.AllowAsync();

        desk.Ask("test", 0);
        _clock.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(1));
        Assert.False(due.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(2));

        Assert.True(due.IsCompleted);
    }

    [Fact]
    public void Who_cannot_wait_need_not_even_when_others_do()
    {
        using RestartDesk desk = Desk();
        desk.Busy = () => 1;
        Task due = desk.AllowAsync();
        desk.Ask("patient", 0);
        _clock.Advance(1_000);

        RestartTicket ticket = desk.Ask("hasty", 0, skipsWork: true)!;
        _clock.Advance(1_000);

        Assert.False(ticket.Coalesced);
        Assert.True(due.IsCompleted);
    }

    [Fact]
    public void Half_a_minute_lies_between_two_restarts()
    {
        using RestartDesk desk = Desk(agoMs: [10_000]);
        Task due = desk.AllowAsync();

        RestartTicket ticket = desk.Ask("test", 0)!;
        _clock.Advance(19_999);
        Assert.False(due.IsCompleted);
        _clock.Advance(1);

        Assert.Equal((20_000, 20_000), (ticket.CooldownMs, ticket.DelayMs));
        Assert.True(due.IsCompleted);
    }

    [Fact]
    public void A_clock_that_was_set_back_does_not_keep_it_waiting_longer_than_that()
    {
        using RestartDesk desk = Desk(agoMs: [-86_400_000]);
        _ = desk.AllowAsync();

        Assert.Equal(30_000, desk.Ask("test", 0)!.DelayMs);
    }

    [Fact]
    public void The_eleventh_within_an_hour_does_not_happen()
    {
        string? refused = null;
        using RestartDesk desk = Desk(agoMs: [.. Enumerable.Range(0, 10).Select(index => 3_500_000L - (index * 300_000L))]);
        desk.Refused = why => refused = why;
        Task due = desk.AllowAsync();

        desk.Ask("test", 0);
        _clock.Advance(1_000);
        Assert.Equal("it did so 10 times within the hour", refused);
        Assert.False(due.IsCompleted);
        _clock.Advance(TimeSpan.FromMinutes(2)); // the oldest is out of the hour
        desk.Ask("test", 0);
        _clock.Advance(1_000);

        Assert.True(due.IsCompleted);
        Assert.Equal(10, desk.Times().Count);
    }

    [Fact]
    public void What_would_keep_the_next_one_from_starting_keeps_this_one_running()
    {
        string? obstacle = "the port is taken";
        string? refused = null;
        using RestartDesk desk = Desk();
        desk.Obstacle = () => obstacle;
        desk.Refused = why => refused = why;
        Task due = desk.AllowAsync();

        desk.Ask("test", 0);
        _clock.Advance(1_000);
        Assert.Equal("the port is taken", refused);
        Assert.False(due.IsCompleted);
        obstacle = null;
        desk.Ask("test", 0);
        _clock.Advance(1_000);

        Assert.True(due.IsCompleted);
    }

    [Fact]
    public void A_wish_whose_reason_has_gone_is_taken_back_and_others_stay()
    {
        using RestartDesk desk = Desk();
        Task due = desk.AllowAsync();
        desk.Ask("config reload: gateway.port", 1_000);
        desk.Withdraw("config reload: ");
        _clock.Advance(60_000);
        Assert.False(due.IsCompleted);

        desk.Ask("SIGUSR2", 1_000);
        desk.Withdraw("config reload: ");
        _clock.Advance(60_000);

        Assert.True(due.IsCompleted);
    }

    [Fact]
    public void The_ticket_is_the_originals()
    {
        using MemoryStream written = new();
        using (Utf8JsonWriter json = new(written))
        {
            json.WriteStartObject();
            new RestartTicket { Reason = "config.patch", DelayMs = 7, CooldownMs = 5, Coalesced = true }.Write(json);
            json.WriteEndObject();
        }

        Assert.Equal(
            $$$"""{"restart":{"ok":true,"pid":{{{Environment.ProcessId}}},"signal":"SIGUSR2","reason":"config.patch","mode":"emit","cooldownMsApplied":5,"delayMs":7,"coalesced":true,"emitHooksQueued":false}}""",
            Encoding.UTF8.GetString(written.ToArray()));
    }

    private RestartDesk Desk(params long[] agoMs)
    {
        long now = _clock.GetUtcNow().ToUnixTimeMilliseconds();
        return new RestartDesk([.. agoMs.Select(ago => now - ago)], _clock, NullLogger.Instance);
    }
}
