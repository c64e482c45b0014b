"""A federation that never was: five members with staff, hosts, services and people, so that everybody can see it work.

    members      who the five are: towns, trades, target groups, partners
    names words  what people are called, what coaches write down
    chance desk  seeded chance; where documents are written
    house        a member's organisations, staff and agreements
    people       a person, and what is seen at entry and a year on
    file walk    one accompaniment, and how it goes from phase to phase
    project      steps 1 to 5 of the method: refer, draft, agree, sign, prepare
    work turns   steps 5 to 7: the months of work, and what each leads to
    reviews objectives   step 6: meetings, evaluations, what they change
    leaving followups    steps 8 and 9: hired, paused, closed, asked again
    coordination officers meet every month and train
    histories    everything a member has written in three years
    federation   hub and nodes in one process, filled and collected

Nobody in these records exists. Given the same seed and the same day the same histories come out.
"""
