using OpenClaw.Edge.Providers;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Providers;

public sealed class FairQueueTests
{
    [Fact]
    public void Keys_take_turns_and_a_key_keeps_its_order()
    {
        var queue = new FairQueue(() => 1);
        QueuePlace running = queue.Enter("x")!;
        (string Name, QueuePlace Place)[] waiting =
            [("a1", queue.Enter("a")!), ("a2", queue.Enter("a")!), ("a3", queue.Enter("a")!), ("b1", queue.Enter("b")!), ("c1", queue.Enter("c")!)];
        Assert.Equal([0, 3, 4, 1, 2], waiting.Select(row => row.Place.State.Before));

        List<string> served = [];
        for (QueuePlace last = running; served.Count < waiting.Length;)
        {
            last.Dispose();
            (string name, last) = waiting.Single(row => row.Place.IsGranted && !served.Contains(row.Name));
            served.Add(name);
        }

        Assert.Equal(["a1", "b1", "c1", "a2", "a3"], served);
    }

    [Fact]
    public async Task Leaving_the_line_moves_the_others_up()
    {
        var queue = new FairQueue(() => 1);
        using QueuePlace running = queue.Enter("x")!;
        QueuePlace first = queue.Enter("a")!;
        using QueuePlace second = queue.Enter("b")!;
        Task changed = second.State.Changed;
        first.Dispose();
        first.Dispose();

        await Guard.Within(changed);
        Assert.Equal((false, 0, 1), (second.IsGranted, second.State.Before, queue.Waiting));
    }

    [Fact]
    public void A_full_line_refuses()
    {
        var queue = new FairQueue(() => 1);
        for (int i = 0; i <= FairQueue.MaxWaiting; i++)
        {
            Assert.NotNull(queue.Enter("k" + (i % 7)));
        }

        Assert.Null(queue.Enter("one more"));
    }

    [Fact]
    public void Slots_are_given_back_once_each()
    {
        var queue = new FairQueue(() => 2);
        QueuePlace one = queue.Enter("a")!;
        QueuePlace two = queue.Enter("a")!;
        QueuePlace three = queue.Enter("a")!;
        Assert.Equal([true, true, false], new[] { one, two, three }.Select(place => place.IsGranted));
        one.Dispose();
        one.Dispose();
        Assert.True(three.IsGranted);
        Assert.False(queue.Enter("a")!.IsGranted);
    }

    [Fact]
    public void Fewer_slots_are_fewer_from_the_next_one_on_and_more_are_used_at_the_next_coming_or_going()
    {
        int slots = 2;
        var queue = new FairQueue(() => slots);
        QueuePlace first = queue.Enter("a")!;
        QueuePlace second = queue.Enter("b")!;
        slots = 1;
        QueuePlace third = queue.Enter("c")!;
        first.Dispose();
        Assert.False(third.IsGranted);
        second.Dispose();
        Assert.True(third.IsGranted);

        QueuePlace fourth = queue.Enter("d")!;
        Assert.False(fourth.IsGranted);
        slots = 3;
        QueuePlace fifth = queue.Enter("e")!;
        Assert.True(fourth.IsGranted);
        Assert.True(fifth.IsGranted);

        slots = 0; // one is always used
        third.Dispose();
        fourth.Dispose();
        fifth.Dispose();
        using QueuePlace last = queue.Enter("f")!;
        Assert.True(last.IsGranted);
    }
}
