"""Words that say little by themselves: both texts may have them without having anything in common."""

from __future__ import annotations

from corpus import words

SMALL_WEIGHT = 0.25

_ENGLISH = """
a about above after again all also although always am an and another any anybody anyone anything
are as at away back be became because become been before being below between both but by can
cannot could did do does doing done down during each either else enough ever every everybody
everyone everything few first for from further get gets getting give go goes going got had has
have having he her here hers herself him himself his how however i if in instead into is it its
itself just know less let like look made make many may me might mine more most much must my myself
need neither never no nobody none nor not nothing now of off often on once one only or other others
ought our ours ourselves out over own perhaps put quite rather really said same say says see
should since so some somebody someone something still such take than that the their theirs them
themselves then there therefore these they thing things think this those though through thus time
to together too two under until up upon us very want was way ways we well were what when where
whether which while who whole whom whose why will with within without would yes yet you your yours
yourself
"""
_CHINESE = (
    "的了是在我有和就不人都一个上也很到说要去你会着没看好自己这那她他它们们么什怎样吗呢吧啊"
    "之与及或而且但因为所以如果虽然其此则于以从被把让给对向将能可还又再更最只已经过来起得地"
    "些时候后前里中下出大小多少几两年月日次第做想用些当并非无"
)
SMALL = frozenset(token for word in _ENGLISH.split() for token in words.tokens(word)) | frozenset(
    _CHINESE
)
