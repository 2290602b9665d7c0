namespace VirtualBox.Tests;

/// <summary>The state machine, against a script that plays a machine: what it allows in which state is VirtualBox's own rule.</summary>
public sealed class PowerTests
{
    private static readonly Guid uuid = Guid.Parse("1f612e6e-d117-4d06-813a-40b39401fa9c");

    /// <summary>State in a file; what it becomes at the next look in another. Commands that change something are noted.</summary>
    private const string Player = """
        read -r state < "$here/state"
        become() { echo "$1" > "$here/state.$$" && mv "$here/state.$$" "$here/state"; }
        refuse() {
          echo "VBoxManage: error: Not in state $state" >&2
          echo "VBoxManage: error: Details: code VBOX_E_INVALID_VM_STATE (0x80bb0002), component x" >&2
          exit 1
        }
        only() { case " $* " in *" $state "*) ;; *) refuse ;; esac; }
        case "$1 $3" in
          "showvminfo --"*)
            printf 'name="m"\nUUID="1f612e6e-d117-4d06-813a-40b39401fa9c"\nCfgFile="/vms/m/m.vbox"\nVMState="%s"\n' "$state"
            if [ -e "$here/next" ]; then mv "$here/next" "$here/state"; fi
            exit 0 ;;
          "list "*) if [ -e "$here/hdds" ]; then cat "$here/hdds"; fi; exit 0 ;;
        esac
        echo "$1 $3" >> "$here/done"
        if [ -e "$here/fails" ]; then refuse; fi
        case "$1 $3" in
          "startvm --type") only poweroff saved teleported aborted aborted-saved; become starting; echo running > "$here/next" ;;
          "controlvm resume") only paused; become running ;;
          "controlvm pause") only running; become paused ;;
          "controlvm savestate") only running paused; become saving; echo saved > "$here/next" ;;
          "controlvm acpipowerbutton") only running; if [ ! -e "$here/deaf" ]; then become stopping; cat "$here/after" > "$here/next"; fi ;;
          "controlvm poweroff") only running paused gurumeditation; become poweroff ;;
          "controlvm reset") only running ;;
          "discardstate ") only saved aborted-saved; become poweroff ;;
          "unregistervm --delete") only poweroff saved aborted; become gone ;;
          *) refuse ;;
        esac
        """;

    // - nothing to do; ! refused; L launch R resume P pause S save B button D discard C cut power X reset
    private const string Table = """
        verb      off  saved  running  paused  stuck
        Start     L    L      -        R       !
        Stop      -    LB     B        RB      C
        Save      -    -      S        RS      !
        Pause     -    -      P        -       !
        Restart   L    LBL    BL       RBL     CL
        Poweroff  -    D      C        C       C
        Reset     L    DL     X        RX      CL
        Discard   -    D      !        !       !
        Abandon   -    -      C        C       C
        """;

    private static readonly Dictionary<char, (Step Step, string Command)> letters = new()
    {
        ['L'] = (Step.Launch, "startvm --type"),
        ['R'] = (Step.Resume, "controlvm resume"),
        ['P'] = (Step.Pause, "controlvm pause"),
        ['S'] = (Step.Save, "controlvm savestate"),
        ['B'] = (Step.PressButton, "controlvm acpipowerbutton"),
        ['D'] = (Step.Discard, "discardstate "),
        ['C'] = (Step.CutPower, "controlvm poweroff"),
        ['X'] = (Step.Reset, "controlvm reset"),
    };

    private static readonly MachineState[] changing =
    [
        MachineState.LiveSnapshotting, MachineState.Teleporting, MachineState.Starting, MachineState.Stopping, MachineState.Saving, MachineState.Restoring,
        MachineState.TeleportingPausedVm, MachineState.TeleportingIn, MachineState.DeletingSnapshotLive, MachineState.DeletingSnapshotLivePaused,
        MachineState.OnlineSnapshotting, MachineState.RestoringSnapshot, MachineState.DeletingSnapshot, MachineState.Snapshotting, MachineState.SettingUp,
    ];

    [Fact]
    public void EveryVerbHasItsWayFromEveryState()
    {
        foreach (var verb in Enum.GetValues<Verb>())
            foreach (var state in Enum.GetValues<MachineState>())
            {
                var plan = Transitions.Plan(verb, Transitions.Of(state));
                var expected = Cell(verb, state);
                var steps = expected == "!" ? null : Steps(expected).Select(s => s.Step);
                Assert.True(steps is null ? plan is null : plan is not null && plan.SequenceEqual(steps), $"{verb} from {state}");
            }
    }

    [Fact]
    public void WhatChangesIsWaitedForAndWhatIsUnknownIsLeftAlone()
    {
        Assert.All(changing, s => Assert.Equal(Condition.Changing, Transitions.Of(s)));
        Assert.Equal(changing.Length + 9, Enum.GetValues<MachineState>().Length);
    }

    [Theory]
    [InlineData("Start", "running")]
    [InlineData("Stop", "off")]
    [InlineData("Save", "saved or off")]
    [InlineData("Pause", "paused, saved or off")]
    [InlineData("Restart", "running")]
    [InlineData("Poweroff", "off")]
    [InlineData("Reset", "running")]
    [InlineData("Discard", "off")]
    public async Task EveryVerbReachesItsGoalFromEveryStateThatLasts(string name, string goal)
    {
        var verb = Enum.Parse<Verb>(name);
        foreach (var (word, state) in new[]
        {
            ("poweroff", MachineState.PowerOff), ("saved", MachineState.Saved), ("teleported", MachineState.Teleported), ("aborted", MachineState.Aborted),
            ("aborted-saved", MachineState.AbortedSaved), ("running", MachineState.Running), ("paused", MachineState.Paused),
            ("gurumeditation", MachineState.GuruMeditation), ("unknown", MachineState.Unknown),
        })
        {
            using var fake = Fake(word);
            var expected = Cell(verb, state);
            if (expected == "!")
            {
                var refused = await Assert.ThrowsAsync<MachineStateException>(() => Do(fake, verb));
                Assert.Equal(state, refused.State);
                Assert.Empty(Done(fake));
                continue;
            }
            var end = Transitions.Of(await Do(fake, verb)).ToString();
            Assert.Contains(end, goal, StringComparison.OrdinalIgnoreCase);
            Assert.Equal(Steps(expected).Select(s => s.Command), Done(fake));
        }
    }

    [Fact]
    public async Task APressOfThePowerButtonWaitsForNothing()
    {
        using var fake = Fake("running");
        await File.WriteAllTextAsync(fake.FileOf("deaf"), "");

        await Machine(fake).PressPowerButton();

        Assert.Equal(["controlvm acpipowerbutton"], Done(fake));
    }

    [Fact]
    public async Task AMachineThatIsJustStartingIsWaitedFor()
    {
        using var fake = Fake("starting");
        await File.WriteAllTextAsync(fake.FileOf("next"), "running\n");
        Assert.Equal(MachineState.Saved, await Machine(fake).Save());
        Assert.Equal(["controlvm savestate"], Done(fake));
    }

    [Fact]
    public async Task AStateThatDoesNotEndIsToldAfterAWhile()
    {
        using var fake = Fake("saving");
        var vbox = new VBoxManage(fake.Path) { Poll = TimeSpan.FromMilliseconds(1), SettleLimit = TimeSpan.FromMilliseconds(300) };
        var error = await Assert.ThrowsAsync<TimeoutException>(() => new Machine(vbox, uuid).Start());
        Assert.Contains("Saving", error.Message, StringComparison.Ordinal);
        Assert.Empty(Done(fake));
    }

    [Fact]
    public async Task ASystemThatIgnoresItsPowerButtonIsGivenUpAfterTwoPresses()
    {
        using var fake = Fake("running");
        await File.WriteAllTextAsync(fake.FileOf("deaf"), "");
        var error = await Assert.ThrowsAsync<TimeoutException>(() => Machine(fake).Stop(TimeSpan.FromSeconds(2)));
        Assert.Contains("Poweroff", error.Message, StringComparison.Ordinal);
        Assert.Equal(["controlvm acpipowerbutton", "controlvm acpipowerbutton"], Done(fake));
    }

    [Fact]
    public async Task AMachineThatDiesOfItsShutdownIsTold()
    {
        using var fake = Fake("running");
        await File.WriteAllTextAsync(fake.FileOf("after"), "gurumeditation\n");
        var error = await Assert.ThrowsAsync<MachineStateException>(() => Machine(fake).Stop());
        Assert.Equal(MachineState.GuruMeditation, error.State);
    }

    [Fact]
    public async Task WhatSomebodyElseDidMeanwhileIsNoFailure()
    {
        using var fake = Fake("running");
        await File.WriteAllTextAsync(fake.FileOf("fails"), "");
        await File.WriteAllTextAsync(fake.FileOf("next"), "paused\n");
        Assert.Equal(MachineState.Paused, await Machine(fake).Pause());
    }

    [Fact]
    public async Task ARefusalOfVirtualBoxIsTold()
    {
        using var fake = Fake("running");
        await File.WriteAllTextAsync(fake.FileOf("fails"), "");
        Assert.Equal(ErrorCode.InvalidVmState, (await Assert.ThrowsAsync<VBoxManageException>(() => Machine(fake).Pause())).Code);
    }

    [Fact]
    public async Task WaitingForAShutdownHoldsNobodyUpWhoCutsThePower()
    {
        using var fake = Fake("running");
        await File.WriteAllTextAsync(fake.FileOf("deaf"), "");
        var machine = Machine(fake);
        var stop = machine.Stop(TimeSpan.FromMinutes(5));
        while (!File.Exists(fake.FileOf("done"))) await Task.Delay(5);
        Assert.Equal(MachineState.PowerOff, await machine.Poweroff());
        Assert.Equal(MachineState.PowerOff, await stop.WaitAsync(TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public async Task DeletingSwitchesOffFirst()
    {
        using var fake = Fake("running");
        await Machine(fake).Delete();
        Assert.Equal(["controlvm poweroff", "unregistervm --delete"], Done(fake));
    }

    [Fact]
    public async Task ABaseThatClonesNeedIsNotEvenSwitchedOff()
    {
        using var fake = Fake("running");
        await File.WriteAllTextAsync(fake.FileOf("hdds"), $"""
            UUID:           97730b44-90b3-411b-b183-870d256103bc
            Parent UUID:    base
            Type:           normal (base)
            Location:       /vms/m/m.vdi
            In use by VMs:  m (UUID: {uuid}) [s (UUID: 28859bc9-a7cc-4ba2-8243-02ed1f118b08)]
            Child UUIDs:    f37bc0b7-89cd-4d72-be7c-38dca9063eae

            UUID:           f37bc0b7-89cd-4d72-be7c-38dca9063eae
            Parent UUID:    97730b44-90b3-411b-b183-870d256103bc
            Location:       /other/clone.vdi

            """);
        var error = await Assert.ThrowsAsync<MediaInUseException>(() => Machine(fake).Delete());
        Assert.Contains("/other/clone.vdi", error.Message, StringComparison.Ordinal);
        Assert.Empty(Done(fake));
    }

    private static FakeVBoxManage Fake(string state)
    {
        var fake = new FakeVBoxManage(Player);
        File.WriteAllText(fake.FileOf("state"), state + "\n");
        File.WriteAllText(fake.FileOf("after"), "poweroff\n");
        return fake;
    }

    private static Machine Machine(FakeVBoxManage fake) => new(new(fake.Path) { Poll = TimeSpan.FromMilliseconds(1) }, uuid);

    private static string[] Done(FakeVBoxManage fake) => File.Exists(fake.FileOf("done")) ? File.ReadAllLines(fake.FileOf("done")) : [];

    private static Task<MachineState> Do(FakeVBoxManage fake, Verb verb) => verb switch
    {
        Verb.Start => Machine(fake).Start(),
        Verb.Stop => Machine(fake).Stop(),
        Verb.Save => Machine(fake).Save(),
        Verb.Pause => Machine(fake).Pause(),
        Verb.Restart => Machine(fake).Restart(),
        Verb.Poweroff => Machine(fake).Poweroff(),
        Verb.Reset => Machine(fake).Reset(),
        Verb.Discard => Machine(fake).Discard(),
        Verb.Abandon => throw new ArgumentException("Deleting has tests of its own.", nameof(verb)),
    };

    private static IEnumerable<(Step Step, string Command)> Steps(string cell) => cell == "-" ? [] : cell.Select(c => letters[c]);

    private static string Cell(Verb verb, MachineState state)
    {
        var column = state switch
        {
            MachineState.PowerOff or MachineState.Aborted or MachineState.Teleported => 1,
            MachineState.Saved or MachineState.AbortedSaved => 2,
            MachineState.Running => 3,
            MachineState.Paused => 4,
            MachineState.GuruMeditation => 5,
            _ => 0,
        };
        if (column == 0) return "!";
        var rows = Table.Split('\n').Select(r => r.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return rows.Single(r => r[0] == verb.ToString())[column];
    }
}
